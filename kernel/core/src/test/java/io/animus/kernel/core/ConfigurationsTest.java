package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.trust.Mode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That what a plugin is configured with and what is on record of it are the same, whenever the hub is killed. */
class ConfigurationsTest {
    private static final Duration WINDOW = Duration.ofSeconds(90);
    private static final String NAME = ConfiguredBundle.NAME;
    private static final String PID = ConfiguredBundle.PID + "~main";
    private static final String HUB = "system:hub";
    private static final Json.Members WELL = Json.object().put("mood", "well").build();

    private static Kernel kernel;

    @TempDir
    private Path folder;

    private final Caller admin = kernel.somebody(SystemRole.PLATFORM_ADMIN);
    private PluginFramework framework;
    private FrameworkPlugins runtime;
    private FrameworkConfigurations configurations;
    private PluginRecord record;

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
        again();
        plugins()
                .install(
                        admin,
                        null,
                        ConfiguredBundle.in(folder, "1.0.0", Map.of()).file(),
                        null);
    }

    @AfterEach
    void stop() throws Exception {
        framework.close();
        kernel.emptyAudit();
    }

    @Test
    void aHubKilledBeforeTheCommitPutsItsDecisionOnRecordAtTheNextStart() throws Exception {
        try (var change = configurations.put(NAME, configurations.types(NAME).get(0), PID, WELL)) {
            change.decide(new Decision(
                    kernel.trail().ids().next("aud"),
                    Action.PLUGIN_CONFIGURED,
                    NAME,
                    Json.object().put("pid", PID).build()));

            again();
            Await.until("it is on record", record::isWhole);

            assertThat(configured()).containsExactly(HUB);
            assertThat(configurations.all(NAME)).extracting(one -> one.values()).containsExactly(WELL);
            again();
            assertThat(configurations.unrecorded()).isEmpty();
        }
    }

    @Test
    void aCommitOfWhichNobodyKnowsIsLookedUp() throws Exception {
        breakingOff(() -> useCases().configure(admin, null, NAME, PID, WELL));

        Await.until("it is on record", record::isWhole);
        assertThat(configured()).containsExactly(HUB);
        assertThat(configurations.all(NAME)).extracting(one -> one.values()).containsExactly(WELL);
    }

    @Test
    void aPackageOfWhichNobodyKnowsIsConfiguredAllTheSame() throws Exception {
        var file = ConfiguredBundle.in(folder, "2.0.0", Map.of(PID, WELL)).file();

        breakingOff(() -> plugins().update(admin, null, NAME, file, null));

        assertThat(configurations.all(NAME)).extracting(one -> one.values()).containsExactly(WELL);
        Await.until("it is on record", record::isWhole);
    }

    @Test
    void whatIsOnRecordIsNotRecordedTwice() throws Exception {
        useCases().configure(admin, null, NAME, PID, WELL);

        again();
        Await.until("it is known to be on record", record::isWhole);
        assertThat(configured()).containsExactly(admin.principal().toString());
    }

    /** A start of the hub. */
    private void again() throws Exception {
        runtime = framework.runtime(WINDOW);
        configurations = framework.configurations(runtime, WINDOW);
        record = new PluginRecord(kernel.database(), kernel.trail(), runtime, configurations);
    }

    private Plugins plugins() {
        return new Plugins(
                kernel.gate(),
                record,
                runtime,
                configurations,
                TrustMode.ofDevelopment(folder.resolve("trust"), Mode.WARN));
    }

    private Configurations useCases() {
        return new Configurations(kernel.gate(), plugins(), record, configurations);
    }

    /** The connection of this breaks off in the commit. */
    private static void breakingOff(ThrowingCallable work) throws SQLException {
        try (var owner = kernel.asOwner();
                var sql = owner.createStatement()) {
            sql.execute("create function break_off() returns trigger language plpgsql as"
                    + " $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$");
            sql.execute("create constraint trigger breaking after insert on audit_event deferrable initially deferred"
                    + " for each row execute function break_off()");
            try {
                assertThatExceptionOfType(DatabaseUnavailableException.class).isThrownBy(work);
            } finally {
                sql.execute("drop trigger breaking on audit_event");
                sql.execute("drop function break_off");
            }
        }
    }

    /** By whom it was put on record that the plugin was configured. */
    private List<String> configured() {
        return kernel.column("select d.actor from audit_event e join audit_disclosure d on d.event_id = e.id"
                + " where action = 'plugin.configured' and outcome = 'success'");
    }
}
