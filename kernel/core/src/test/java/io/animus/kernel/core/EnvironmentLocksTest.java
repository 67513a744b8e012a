package io.animus.kernel.core;

import static io.animus.kernel.core.DatasetSteps.refusal;
import static io.animus.kernel.core.DatasetSteps.refused;
import static io.animus.kernel.core.Kernel.done;
import static io.animus.kernel.domain.ProblemCode.FLOATING_REFERENCE;
import static io.animus.kernel.domain.ProblemCode.FORBIDDEN;
import static io.animus.kernel.domain.ProblemCode.NOT_FOUND;
import static io.animus.kernel.domain.ProblemCode.PLUGIN_UNAVAILABLE;
import static io.animus.kernel.domain.ProblemCode.STATE_CONFLICT;
import static io.animus.kernel.domain.ProblemCode.UNKNOWN_DIGEST;
import static io.animus.kernel.domain.ProblemCode.UNKNOWN_REFERENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import io.animus.api.types.ImageReference;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.environment.DependencyLock;
import io.animus.kernel.domain.environment.EnvironmentLock;
import io.animus.kernel.domain.environment.EnvironmentVersion;
import io.animus.kernel.domain.environment.Sbom;
import io.animus.kernel.domain.project.Project;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Environments are locked to images that their registry confirms. */
class EnvironmentLocksTest {
    private static final Digest KNOWN = Digest.of("manifest".getBytes(UTF_8));
    private static final Digest UNKNOWN = Digest.of("nothing".getBytes(UTF_8));
    private static Kernel kernel;

    private final ImageRegistry registry = new OneImage();
    private Environments environments;
    private EnvironmentLocks locks;
    private Project project;
    private Caller developer;
    private EnvironmentVersion version;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void makeEnvironment() {
        kernel.ports().addRegistry(registry, Map.of());
        environments = new Environments(kernel.gate());
        locks = new EnvironmentLocks(kernel.gate(), kernel.ports());
        project = kernel.project();
        developer = kernel.member(project, Role.DEVELOPER);
        done(environments.create(developer, null, project(), new Environments.Draft(new Name("python"), null)));
        version = done(
                environments.addVersion(developer, null, project(), "python", EnvironmentsTest.definition("none")));
    }

    @AfterEach
    void removeRegistry() {
        kernel.ports().removeRegistry(registry);
    }

    @Test
    void locksWhatTheRegistryConfirms() {
        var sbom = new Sbom("https://sboms.example/1", Digest.of("sbom".getBytes(UTF_8)));
        var dependencies = new DependencyLock("requirements.txt", Digest.of("pins".getBytes(UTF_8)));
        var lock = done(locks.create(
                developer,
                null,
                project(),
                new EnvironmentLocks.Draft(
                        "python",
                        1,
                        List.of(image("main", "images.example:5000/py:3@" + KNOWN)),
                        List.of(dependencies),
                        sbom)));

        assertThat(lock.content().images())
                .extracting(image -> image.reference().toString(), image -> image.mediaType(), image -> image.size())
                .containsExactly(
                        tuple("images.example:5000/py@" + KNOWN, "application/vnd.oci.image.manifest.v1+json", 8L));
        assertThat(locks.find(developer, project(), lock.id().value())).isEqualTo(lock);
        assertThat(lock.version()).isEqualTo(1);
        assertThat(kernel.audited(lock.id())).containsExactly("environment_lock.created");
        assertThat(kernel.column(
                        "select relation || ' ' || to_id from lineage_edge where from_id = ?",
                        lock.id().value()))
                .containsExactly("built_from " + version.id());
    }

    @Test
    void sameContentTwiceMakesTwoLocksWithOneDigest() {
        var first = done(create(image("main", "images.example:5000/py@" + KNOWN)));
        var second = done(create(image("main", "images.example:5000/py:latest@" + KNOWN)));
        var other = done(create(image("other", "images.example:5000/py@" + KNOWN)));

        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(second.lockDigest()).isEqualTo(first.lockDigest()).isNotEqualTo(other.lockDigest());
        assertThat(locks.list(developer, project(), new PageRequest(2, null, true))
                        .items())
                .containsExactly(other, second);
    }

    @Test
    void tellsAllThatIsWrongAtOnce() {
        var refusal = refusal(() -> create(
                image("floating", "images.example:5000/py:3"),
                image("good", "images.example:5000/py@" + KNOWN),
                image("unknown", "images.example:5000/py@" + UNKNOWN)));

        assertThat(refusal.violations())
                .extracting(Violation::code, Violation::pointer)
                .containsExactly(
                        tuple(FLOATING_REFERENCE, "/images/0/reference"), tuple(UNKNOWN_DIGEST, "/images/2/reference"));
        assertThat(all()).isEmpty();
    }

    @Test
    void registryThatCantBeAskedLocksNothing() {
        assertThat(refused(() -> create(image("main", "images.example:5000/away@" + KNOWN))))
                .containsExactly(PLUGIN_UNAVAILABLE);
        assertThat(refused(() -> create(image("main", "images.example:5000/denied@" + KNOWN))))
                .containsExactly(PLUGIN_UNAVAILABLE);
        assertThat(refused(() -> create(image("main", "nobody.example:5000/py@" + KNOWN))))
                .containsExactly(PLUGIN_UNAVAILABLE);
        assertThat(refused(() -> create(image("main", "images.example:5000/broken@" + KNOWN))))
                .containsExactly(UNKNOWN_DIGEST);
        assertThat(all()).isEmpty();
    }

    @Test
    void versionThatIsNotThereIsNotLocked() {
        var elsewhere = kernel.project();
        var stranger = kernel.member(elsewhere, Role.DEVELOPER);

        assertThat(refused(() -> locks.create(developer, null, project(), draft("python", 2))))
                .containsExactly(UNKNOWN_REFERENCE);
        assertThat(refused(() -> locks.create(developer, null, project(), draft("ruby", 1))))
                .containsExactly(UNKNOWN_REFERENCE);
        assertThat(refused(() -> locks.create(
                        stranger,
                        null,
                        elsewhere.id().value(),
                        draft(version.environment().value(), 1))))
                .containsExactly(UNKNOWN_REFERENCE);
    }

    @Test
    void nobodyElseLocksOrSees() {
        var lock = done(create(image("main", "images.example:5000/py@" + KNOWN)));
        var stranger = kernel.member(kernel.project(), Role.OWNER);
        var auditor = kernel.member(project, Role.AUDITOR);

        assertThat(refused(() -> locks.find(stranger, project(), lock.id().value())))
                .containsExactly(NOT_FOUND);
        assertThat(refused(() -> locks.create(auditor, null, project(), draft("python", 1))))
                .containsExactly(FORBIDDEN);
        assertThat(locks.find(auditor, project(), lock.id().value())).isEqualTo(lock);
        assertThat(kernel.audited(lock.id())).containsExactly("environment_lock.created", "access.denied");
    }

    @Test
    void archivedProjectLocksNothing() {
        kernel.archive(project);

        assertThat(refused(() -> locks.create(developer, null, project(), draft("python", 1))))
                .containsExactly(STATE_CONFLICT);
    }

    @Test
    void repeatedRequestAsksNobodyAgain() {
        var once = new Once<EnvironmentLock>(
                "key",
                Digest.of(new byte[0]),
                lock -> new Once.Rendered(201, lock.id().value().getBytes(UTF_8), null));
        var lock = done(locks.create(developer, once, project(), draft("python", 1)));
        kernel.ports().removeRegistry(registry);

        assertThat(locks.create(developer, once, project(), draft("python", 1)))
                .isInstanceOfSatisfying(Answer.Replayed.class, replayed -> assertThat(
                                new String(replayed.first().body(), UTF_8))
                        .isEqualTo(lock.id().value()));
        assertThat(all()).containsExactly(lock);
    }

    private Answer<EnvironmentLock> create(EnvironmentLocks.Image... images) {
        var draft = new EnvironmentLocks.Draft("python", 1, List.of(images), List.of(), null);
        return locks.create(developer, null, project(), draft);
    }

    private static EnvironmentLocks.Draft draft(String environment, int version) {
        var images = List.of(image("main", "images.example:5000/py@" + KNOWN));
        return new EnvironmentLocks.Draft(environment, version, images, List.of(), null);
    }

    private static EnvironmentLocks.Image image(String name, String reference) {
        return new EnvironmentLocks.Image(new Name(name), ImageReference.parse(reference));
    }

    private List<EnvironmentLock> all() {
        return locks.list(developer, project(), new PageRequest(10, null, true)).items();
    }

    private String project() {
        return project.id().value();
    }

    /** A registry with one image, and with repositories that it fails on. */
    private static final class OneImage implements ImageRegistry {
        @Override
        public boolean serves(ImageReference reference) {
            return reference.registry().equals("images.example:5000");
        }

        @Override
        public Optional<ImageManifest> find(ImageReference reference) {
            return switch (reference.repository()) {
                case "away" -> throw new ExternalSystemException(Reason.UNAVAILABLE, "images.example is down");
                case "denied" -> throw new ExternalSystemException(Reason.DENIED, "images.example wants credentials");
                case "broken" ->
                    throw new ExternalSystemException(Reason.REJECTED, "images.example sent something else");
                default ->
                    reference
                            .pinned()
                            .filter(KNOWN::equals)
                            .map(digest ->
                                    new ImageManifest(digest, "application/vnd.oci.image.manifest.v1+json", 8, null));
            };
        }
    }
}
