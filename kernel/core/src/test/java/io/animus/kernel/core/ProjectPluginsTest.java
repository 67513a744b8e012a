package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.FORBIDDEN;
import static io.animus.kernel.domain.ProblemCode.PLUGIN_UNAVAILABLE;
import static io.animus.kernel.domain.run.RunState.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.scm.ScmHost;
import io.animus.api.scm.SourceArchive;
import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.domain.project.PluginBindings;
import io.animus.kernel.domain.project.Project;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A project is served by the instances of plugins that it is bound to, and by no others. */
class ProjectPluginsTest {
    private static final ImageReference IMAGE = ImageReference.parse("registry.example/image:1");
    private static Kernel kernel;

    private final NamedScm team = new NamedScm("team");
    private Laboratory lab;
    private Hub hub;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void open() {
        lab = new Laboratory(kernel);
        hub = lab.hub();
        // Behind the one that the hub has already, which serves the same repositories.
        hub.ports().addScm(team, Map.of("service.ranking", -1));
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void whoIsNotBoundIsServedByTheFirst() {
        lab.finish(hub, lab.create(hub, lab.wish("trains")).id());

        assertThat(team.asked).isEmpty();
    }

    @Test
    void codeComesFromTheInstanceThatTheProjectIsBoundTo() {
        bind(new PluginBindings("git.team", null, null, null));

        var run = lab.create(hub, lab.wish("trains"));
        assertThat(lab.finish(hub, run.id()).state()).isEqualTo(SUCCEEDED);

        assertThat(team.asked).containsExactly("contains", "archive");
    }

    @Test
    void whileThatInstanceIsAwayNobodyElseIsAsked() {
        bind(new PluginBindings("git.gone", null, null, null));

        var refusal = DatasetSteps.refusal(() -> lab.create(hub, lab.wish("trains")));
        assertThat(refusal.violations()).extracting(Violation::code).containsExactly(PLUGIN_UNAVAILABLE);
        assertThat(refusal).hasMessageContaining("git.gone, to which the project is bound,");
        assertThat(team.asked).isEmpty();
    }

    @Test
    void anInstanceThatDoesNotServeTheAddressIsNotAskedEither() {
        var ports = hub.ports();
        ports.addRegistry(new NamedRegistry("first", true), Map.of());
        ports.addRegistry(new NamedRegistry("second", true), Map.of());
        ports.addRegistry(new NamedRegistry("blind", false), Map.of());

        assertThat(answer(null)).isEqualTo("first");
        assertThat(answer("oci.second")).isEqualTo("second");
        assertThat(DatasetSteps.refusal(() -> answer("oci.blind")).violations())
                .extracting(Violation::code)
                .containsExactly(PLUGIN_UNAVAILABLE);
    }

    @Test
    void anInstanceThatDoesNotSayWhatItIsIsNotTheOne() {
        var ports = hub.ports();
        ports.addRegistry(new NamedRegistry("Not a name!", true), Map.of());
        ports.addRegistry(new NamedRegistry("second", true), Map.of());

        assertThat(answer("oci.second")).isEqualTo("second");
    }

    @Test
    void onlyAPlatformAdministratorBindsAndItIsOnRecord() {
        var projects = new Projects(kernel.gate());
        var owner = kernel.member(lab.project(), Role.OWNER);
        var wanted = new PluginBindings("git.team", "oci.team", "memory.team", "memory.vault");

        var refusal = DatasetSteps.refusal(() -> update(projects, owner, wanted));
        assertThat(refusal.violations())
                .extracting(Violation::code, Violation::pointer)
                .containsExactly(tuple(FORBIDDEN, "/plugins"));

        var bound = Kernel.done(update(projects, kernel.somebody(SystemRole.PLATFORM_ADMIN), wanted));
        assertThat(bound.plugins()).isEqualTo(wanted);
        assertThat(projects.find(owner, lab.projectId()).plugins()).isEqualTo(wanted);
        assertThat(kernel.column(
                        "select d.disclosures::text from audit_event e join audit_disclosure d on d.event_id = e.id"
                                + " where action = 'project.updated' and resource_id = ?",
                        lab.projectId()))
                .singleElement()
                .asString()
                .contains("git.team", "oci.team", "memory.team", "memory.vault");
    }

    private Answer<Project> update(Projects projects, Caller caller, PluginBindings wanted) {
        var edit =
                new Projects.Edit(UnaryOperator.identity(), UnaryOperator.identity(), null, now -> wanted, "/plugins");
        return projects.update(caller, lab.projectId(), lab.project().version(), edit);
    }

    private void bind(PluginBindings plugins) {
        Kernel.done(update(new Projects(kernel.gate()), kernel.somebody(SystemRole.PLATFORM_ADMIN), plugins));
    }

    private String answer(@Nullable String bound) {
        return hub.ports()
                .registry(bound, IMAGE, registry -> registry.find(IMAGE))
                .orElseThrow()
                .mediaType();
    }

    /** The laboratory's repositories, asked through another instance. */
    private static final class NamedScm implements ScmHost, Plugin {
        private final ScmHost repositories = Laboratory.scm();
        private final String name;
        private final List<String> asked = new CopyOnWriteArrayList<>();

        NamedScm(String name) {
            this.name = name;
        }

        @Override
        public PluginDescriptor descriptor() {
            return new PluginDescriptor("scm", "git", name);
        }

        @Override
        public PluginHealth health() {
            return PluginHealth.OK;
        }

        @Override
        public boolean serves(URI repository) {
            return repositories.serves(repository);
        }

        @Override
        public Optional<CommitSha> resolve(URI repository, String ref) {
            asked.add("resolve");
            return repositories.resolve(repository, ref);
        }

        @Override
        public boolean contains(URI repository, CommitSha commit) {
            asked.add("contains");
            return repositories.contains(repository, commit);
        }

        @Override
        public SourceArchive archive(URI repository, CommitSha commit, OutputStream target) throws IOException {
            asked.add("archive");
            return repositories.archive(repository, commit, target);
        }
    }

    /** A registry whose images tell which one it is. */
    private record NamedRegistry(String name, boolean serving) implements ImageRegistry, Plugin {
        @Override
        public PluginDescriptor descriptor() {
            return new PluginDescriptor("registry", "oci", name);
        }

        @Override
        public PluginHealth health() {
            return PluginHealth.OK;
        }

        @Override
        public boolean serves(ImageReference reference) {
            return serving;
        }

        @Override
        public Optional<ImageManifest> find(ImageReference reference) {
            return Optional.of(new ImageManifest(Digest.of(new byte[] {1}), name, 1, null));
        }
    }
}
