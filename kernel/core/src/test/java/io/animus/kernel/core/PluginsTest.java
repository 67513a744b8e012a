package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.ImageReference;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.core.PluginRuntime.Installed;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.trust.Mode;
import io.animus.kernel.trust.PublisherKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/** Changes of plugins in a real framework, and what the log on a real database says of them. */
@Timeout(120)
class PluginsTest {
    /** Longer than any test waits for what must not be held up. */
    private static final Duration WINDOW = Duration.ofSeconds(90);

    private static final String NAME = SwapBundle.NAME;
    private static final String HUB = "system:hub";

    private static Kernel kernel;

    @TempDir
    private Path folder;

    private final Caller admin = kernel.somebody(SystemRole.PLATFORM_ADMIN);
    private PluginFramework framework;
    private FrameworkPlugins runtime;
    private FrameworkConfigurations configurations;

    @BeforeAll
    static void startKernel(@TempDir Path folder) {
        kernel = new Kernel(folder.resolve("database"));
    }

    @AfterAll
    static void stopKernel() {
        kernel.close();
    }

    @BeforeEach
    void start() throws Exception {
        framework = new PluginFramework(folder);
        runtime = framework.runtime(WINDOW);
        configurations = framework.configurations(runtime, WINDOW);
        install("1.0.0");
    }

    @AfterEach
    void stop() throws Exception {
        framework.close();
        kernel.emptyAudit();
    }

    @Test
    void anUpdateInItsHealthWindowHoldsNoTransactionAndNobodysCover() throws Exception {
        try (var hub = new LogHub(kernel, folder.resolve("keys"))) {
            hub.run(new LogStatus(new Metrics()));
            var file = SwapBundle.of("2.0.0").that("unsure").in(folder).file();
            var update = CompletableFuture.supplyAsync(() -> plugins(record()).update(admin, once(), NAME, file, null));
            Await.until("the new version is looked at", () -> isThere("2.0.0"));

            var event = hub.record();
            var database = kernel.database();
            Await.until(
                    "the event is covered",
                    () -> database.read(tx -> tx.auditTree()
                            .indexOf(event)
                            .filter(index -> index < tx.checkpoints().covered())
                            .isPresent()));
            assertThat(update).isNotDone();
            // Whoever waited in a transaction would be cut off, as the database does with one that idles.
            kernel.cutOff("true");
            System.setProperty("animus.test.sure", "true");
            assertThat(Kernel.done(update.get()).version()).isEqualTo("2.0.0");
            assertThat(framework.ask()).isEqualTo("2.0.0");
        } finally {
            System.clearProperty("animus.test.sure");
        }
    }

    @Test
    void aHubKilledBeforeTheCommitPutsItsDecisionOnRecordAtTheNextStart() throws Exception {
        var step = runtime.update(NAME, SwapBundle.of("2.0.0").in(folder));
        step.decide(new Decision(
                kernel.trail().ids().next("aud"),
                Action.PLUGIN_UPDATED,
                NAME,
                Json.object().put("version", "2.0.0").build()));

        runtime = framework.runtime(WINDOW);
        assertThat(framework.ask()).isEqualTo("2.0.0");
        var record = record();
        Await.until("it is on record", record::isWhole);

        assertThat(updates()).containsExactly(HUB);
        assertThat(framework.runtime(WINDOW).unrecorded()).isEmpty();
    }

    @Test
    void aHubKilledAfterTheCommitRecordsNothingTwice() throws Exception {
        update("2.0.0");
        var event = kernel.column("select id from audit_event where action = 'plugin.updated'");
        runtime.remember(new Decision(
                TypeId.of("aud", UUID.fromString(event.get(0))),
                Action.PLUGIN_UPDATED,
                NAME,
                Json.object().put("version", "2.0.0").build()));

        runtime = framework.runtime(WINDOW);
        var record = record();
        Await.until("it is known to be on record", record::isWhole);

        assertThat(updates()).containsExactly(admin.principal().toString());
        assertThat(runtime.unrecorded()).isEmpty();
    }

    @Test
    void whatCannotBeRecordedIsUndone() throws Exception {
        try (var owner = kernel.asOwner();
                var sql = owner.createStatement()) {
            sql.execute(
                    "create trigger broken before insert on audit_event for each row execute function refuse_change()");
            try {
                assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> update("2.0.0"));
            } finally {
                sql.execute("drop trigger broken on audit_event");
            }
        }

        assertThat(framework.ask()).isEqualTo("1.0.0");
        assertThat(isThere("2.0.0")).isFalse();
        update("3.0.0");
        assertThat(framework.ask()).isEqualTo("3.0.0");
        assertThat(updates()).hasSize(1);
    }

    @Test
    void aCommitOfWhichNobodyKnowsIsLookedUp() throws Exception {
        try (var owner = kernel.asOwner();
                var sql = owner.createStatement()) {
            sql.execute("create function break_off() returns trigger language plpgsql as"
                    + " $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$");
            sql.execute("create constraint trigger breaking after insert on audit_event deferrable initially deferred"
                    + " for each row execute function break_off()");
            var record = record();
            try {
                assertThatExceptionOfType(DatabaseUnavailableException.class).isThrownBy(() -> plugins(record)
                        .update(
                                admin,
                                null,
                                NAME,
                                SwapBundle.of("2.0.0").in(folder).file(),
                                null));
            } finally {
                sql.execute("drop trigger breaking on audit_event");
                sql.execute("drop function break_off");
            }
            assertThat(framework.ask()).isEqualTo("2.0.0");

            Await.until("it is on record", record::isWhole);
            assertThat(updates()).containsExactly(HUB);
        }
    }

    @Test
    void aDiskThatIsFullOnceRecordsNothingTwice() {
        var record = record();
        record.doubt(new FullOnce(new Decision(
                kernel.trail().ids().next("aud"),
                Action.PLUGIN_UPDATED,
                NAME,
                Json.object().build())));

        Await.until("it is on record", () -> {
            try {
                return record.isWhole();
            } catch (UncheckedIOException e) {
                return false;
            }
        });
        assertThat(updates()).containsExactly(HUB);
    }

    /** Keeps a decision where there was no room to forget it at first. */
    private static final class FullOnce implements Decisions {
        private Optional<Decision> kept;
        private boolean isFull = true;

        FullOnce(Decision kept) {
            this.kept = Optional.of(kept);
        }

        @Override
        public synchronized Optional<Decision> unrecorded() {
            return kept;
        }

        @Override
        public synchronized void remember(@Nullable Decision unrecorded) {
            if (unrecorded == null && isFull) {
                isFull = false;
                throw new UncheckedIOException(new IOException("no space left on device"));
            }
            kept = Optional.ofNullable(unrecorded);
        }
    }

    @Test
    void noPluginIsAskedHowItIsWithinATransaction() throws Exception {
        var asked = new Asked();
        framework.context().addBundleListener((SynchronousBundleListener) event -> {
            if (event.getType() == BundleEvent.STARTED) {
                event.getBundle().getBundleContext().registerService(Plugin.class, asked, null);
            }
        });

        update("2.0.0");

        assertThat(asked.transactions).isNotEmpty().containsOnly(List.of());
    }

    /** Sees whether a transaction has the lock on the mode of trust while it is asked how it is. */
    private static final class Asked implements ImageRegistry, Plugin {
        private final List<List<String>> transactions = new CopyOnWriteArrayList<>();

        @Override
        public PluginDescriptor descriptor() {
            return new PluginDescriptor("registry", "swapped", "asked");
        }

        @Override
        public PluginHealth health() {
            transactions.add(kernel.column("select l.mode from pg_locks l join pg_stat_activity a on a.pid = l.pid"
                    + " where a.application_name = 'animus-hub' and l.locktype = 'advisory'"));
            return PluginHealth.OK;
        }

        @Override
        public boolean serves(ImageReference reference) {
            return false;
        }

        @Override
        public Optional<ImageManifest> find(ImageReference reference) {
            return Optional.empty();
        }
    }

    @Test
    void whatIsBroughtDuringAnotherChangeIsToComeAgainAndNotRefused() throws Exception {
        var publisher = PublisherKey.generate("acme.example");
        Files.createDirectories(folder.resolve("trust/trust"));
        Files.writeString(folder.resolve("trust/trust/acme.pub"), publisher.verifier() + "\n");
        var file = SwapBundle.of("2.0.0").in(folder, publisher).file();
        try (var step = runtime.disable(NAME)) {
            assertThat(step.now()).isPresent();
            assertThatExceptionOfType(BusyException.class)
                    .isThrownBy(() -> plugins(record()).bring(admin, file, null));
        }
        assertThat(kernel.column("select action from audit_event")).doesNotContain("plugin.refused");

        plugins(record()).bring(admin, file, null);
        assertThat(framework.ask()).isEqualTo("2.0.0");
    }

    @Test
    void theSameRequestAgainGetsTheFirstAnswerAndChangesNothing() throws Exception {
        var once = once();
        var file = SwapBundle.of("2.0.0").in(folder).file();
        plugins(record()).update(admin, once, NAME, file, null);

        assertThat(plugins(record()).update(admin, once, NAME, file, null)).isInstanceOf(Answer.Replayed.class);
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> plugins(record()).update(admin, null, NAME, file, null))
                .withMessageContaining("has this version already");
        assertThat(updates()).hasSize(1);
    }

    /** A request that may be repeated; each has a key of its own. */
    private static Once<Installed> once() {
        var key = UUID.randomUUID().toString();
        return new Once<>(key, Json.of("request").digest(), plugin -> new Once.Rendered(200, new byte[0], null));
    }

    private boolean isThere(String version) {
        return List.of(framework.context().getBundles()).stream()
                .anyMatch(bundle -> NAME.equals(bundle.getSymbolicName())
                        && bundle.getVersion().toString().equals(version));
    }

    /** By whom updates were put on record. */
    private List<String> updates() {
        return kernel.column("select d.actor from audit_event e join audit_disclosure d on d.event_id = e.id"
                + " where action = 'plugin.updated'");
    }

    private PluginRecord record() {
        return new PluginRecord(kernel.database(), kernel.trail(), runtime, configurations);
    }

    private Plugins plugins(PluginRecord record) {
        return new Plugins(
                kernel.gate(),
                record,
                runtime,
                configurations,
                TrustMode.ofDevelopment(folder.resolve("trust"), Mode.WARN));
    }

    private void install(String version) throws Exception {
        plugins(record()).install(admin, null, SwapBundle.of(version).in(folder).file(), null);
    }

    private void update(String version) throws Exception {
        plugins(record())
                .update(admin, null, NAME, SwapBundle.of(version).in(folder).file(), null);
    }
}
