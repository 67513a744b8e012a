package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.PLUGIN_UNAVAILABLE;
import static io.animus.kernel.domain.run.RunState.RUNNING;
import static io.animus.kernel.domain.run.RunState.SUCCEEDED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.storage.ObjectKey;
import io.animus.api.storage.ObjectStore;
import io.animus.api.types.Digest;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.domain.project.PluginBindings;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.domain.run.Artifact;
import io.animus.kernel.domain.run.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a project stores goes to the store that it is bound to, stays there, and is read there. */
class ProjectStoresTest {
    private static final Map<String, ?> BEHIND = Map.of("service.ranking", -1);
    private static Kernel kernel;

    private final List<NamedStore> stores = new ArrayList<>();
    private final NamedStore vault = store("vault");
    private DatasetSteps data;

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
        data = new DatasetSteps(kernel);
        kernel.ports().addStorage(vault, BEHIND);
    }

    @AfterEach
    void close() {
        stores.forEach(kernel.ports()::removeStorage);
        stores.forEach(NamedStore::close);
    }

    @Test
    void whatIsUploadedGoesToTheStoreOfTheProject() throws Exception {
        bind(data.project, 1, "memory.vault");
        var other = new DatasetSteps(kernel);

        data.version("ours");
        other.version("theirs");

        assertThat(has(vault, data.project, "ours")).isTrue();
        assertThat(has(kernel.store(), data.project, "ours")).isFalse();
        assertThat(has(kernel.store(), other.project, "theirs")).isTrue();
        assertThat(has(vault, other.project, "theirs")).isFalse();
        assertThat(data.download(data.developer, "1")).isEqualTo("ours");
        assertThat(other.download(other.developer, "1")).isEqualTo("theirs");
    }

    @Test
    void whatWasStoredIsReadWhereItIsWhateverIsBoundLater() throws Exception {
        data.version("in the first");
        bind(data.project, 1, "memory.vault");
        data.version("in the vault");
        kernel.ports().addStorage(store("annex"), BEHIND);
        bind(data.project, 2, "memory.annex");
        data.version("in the annex");
        bind(data.project, 3, PluginBindings.NONE);

        assertThat(data.download(data.developer, "1")).isEqualTo("in the first");
        assertThat(data.download(data.developer, "2")).isEqualTo("in the vault");
        assertThat(data.download(data.developer, "3")).isEqualTo("in the annex");
    }

    @Test
    void aStoreForBoundProjectsGetsNothingOfOthers() throws Exception {
        var annex = store("annex");
        kernel.ports().addStorage(annex, Map.of("service.ranking", 1, ObjectStore.BOUND_ONLY, true));
        kernel.ports().removeStorage(vault);
        bind(data.project, 1, "memory.annex");
        var other = new DatasetSteps(kernel);

        data.version("ours");
        other.version("theirs");
        assertThat(has(annex, data.project, "ours")).isTrue();
        assertThat(has(kernel.store(), other.project, "theirs")).isTrue();

        kernel.ports().removeStorage(kernel.store());
        try {
            assertThat(DatasetSteps.refused(() -> other.open(DatasetSteps.content("more"))))
                    .containsExactly(PLUGIN_UNAVAILABLE);
            assertThat(data.download(data.developer, "1")).isEqualTo("ours");
        } finally {
            kernel.ports().addStorage(kernel.store(), Map.of());
        }
    }

    @Test
    void anUploadUnderWayEndsWhereItBegan() throws Exception {
        bind(data.project, 1, "memory.vault");
        var ticket = data.open(DatasetSteps.content("begun"));
        kernel.ports().addStorage(store("annex"), BEHIND);
        bind(data.project, 2, "memory.annex");

        var asked = data.uploads.sign(data.developer, data.project(), data.dataset(), DatasetSteps.id(ticket));
        DatasetSteps.put(asked.put(), "begun");
        data.complete(ticket);

        assertThat(has(vault, data.project, "begun")).isTrue();
        assertThat(data.download(data.developer, "1")).isEqualTo("begun");
    }

    @Test
    void whileTheStoreIsAwayNobodyElseIsAsked() throws Exception {
        bind(data.project, 1, "memory.vault");
        data.version("ours");
        kernel.ports().removeStorage(vault);

        assertThat(DatasetSteps.refused(() -> data.download(data.developer, "1")))
                .containsExactly(PLUGIN_UNAVAILABLE);
        assertThat(DatasetSteps.refused(() -> data.open(DatasetSteps.content("more"))))
                .containsExactly(PLUGIN_UNAVAILABLE);

        kernel.ports().addStorage(vault, BEHIND);
        assertThat(data.download(data.developer, "1")).isEqualTo("ours");
    }

    @Test
    void whatIsStoredAgainIsReadFromTheStoreThatGotItLast() throws Exception {
        bind(data.project, 1, "memory.vault");
        data.version("same");
        kernel.ports().addStorage(store("annex"), BEHIND);
        bind(data.project, 2, "memory.annex");
        data.version("same");
        kernel.ports().removeStorage(vault);

        assertThat(data.download(data.developer, "1")).isEqualTo("same");
    }

    @Test
    void aRunReadsFromAndWritesToTheStoresOfItsProject() throws Exception {
        var lab = new Laboratory(kernel);
        try (var hub = lab.hub()) {
            hub.ports().addStorage(vault, BEHIND);
            bind(lab.project(), 1, "memory.vault");

            // The data are in the first store, for they were there before; the code and what comes out are not.
            var run = lab.create(hub, lab.wish("trains"));
            assertThat(lab.finish(hub, run.id()).state()).isEqualTo(SUCCEEDED);

            assertThat(lab.artifacts(hub, run.id())).hasSize(3).allSatisfy(artifact -> {
                assertThat(vault.find(key(artifact))).contains(artifact.size());
                assertThat(read(lab, hub, run, artifact)).hasSize((int) artifact.size());
            });
            var lines = new ArrayList<String>();
            hub.results().readLog(run.id(), 1, 0, Duration.ofSeconds(1), (attempt, line) -> lines.add(line.text()));
            assertThat(lines).containsExactly("epoch 1", "epoch 2");
            assertThat(kernel.column("select distinct store from stored_object where project_id = ?", lab.projectId()))
                    .containsExactly("memory.vault");

            // The code is found again in the vault, and so is what an earlier run left.
            bind(lab.project(), 2, PluginBindings.NONE);
            var again = lab.create(hub, lab.wish("trains"));
            assertThat(lab.finish(hub, again.id()).state()).isEqualTo(SUCCEEDED);
            assertThat(lab.artifacts(hub, run.id())).allSatisfy(artifact -> assertThat(read(lab, hub, run, artifact))
                    .isNotEmpty());
        }
    }

    @Test
    void aRunUnderWayWaitsForItsStoreAndOthersGoOn() throws Exception {
        var lab = new Laboratory(kernel);
        var free = new Laboratory(kernel);
        var end = new CountDownLatch(1);
        lab.program("works", box -> {
            end.await();
            box.write("model.bin", new byte[] {1});
            return 0;
        });
        try (var hub = new Hub(kernel, Laboratory.scm(), lab.plane())) {
            hub.ports().addStorage(vault, BEHIND);
            hub.ports().addExecutor(new NamedExecutor("free", free.plane()), BEHIND);
            bind(free.project(), 1, new PluginBindings(null, null, "memory.free", null));
            bind(lab.project(), 1, "memory.vault");
            var run = lab.create(hub, lab.wish("works"));
            lab.conduct(hub, run.id(), RUNNING);
            hub.ports().removeStorage(vault);
            end.countDown();

            assertThat(free.finish(hub, free.create(hub, free.wish("trains")).id())
                            .state())
                    .isEqualTo(SUCCEEDED);
            assertThat(lab.progress(hub, run.id()).state().isFinal()).isFalse();

            hub.ports().addStorage(vault, BEHIND);
            assertThat(lab.finish(hub, run.id()).state()).isEqualTo(SUCCEEDED);
        }
    }

    private NamedStore store(String name) {
        var store = new NamedStore(name);
        stores.add(store);
        return store;
    }

    private static byte[] read(Laboratory lab, Hub hub, Run run, Artifact artifact) throws IOException {
        var download = Kernel.done(hub.results()
                .download(
                        lab.developer(),
                        lab.projectId(),
                        run.id().value(),
                        artifact.id().value()));
        try (var content = download.url().url().toURL().openStream()) {
            return content.readAllBytes();
        }
    }

    private static ObjectKey key(Artifact artifact) {
        return new ObjectKey(artifact.project().value(), artifact.digest());
    }

    private static boolean has(ObjectStore store, Project project, String content) {
        var digest = Digest.of(content.getBytes(UTF_8));
        return store.find(new ObjectKey(project.id().value(), digest)).isPresent();
    }

    private static void bind(Project project, long version, String storage) {
        bind(project, version, new PluginBindings(null, null, null, storage));
    }

    private static void bind(Project project, long version, PluginBindings bindings) {
        var edit = new Projects.Edit(
                UnaryOperator.identity(), UnaryOperator.identity(), null, now -> bindings, "/plugins");
        var admin = kernel.somebody(SystemRole.PLATFORM_ADMIN);
        Kernel.done(new Projects(kernel.gate()).update(admin, project.id().value(), version, edit));
    }
}
