package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.kernel.core.Integrator.Step;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.access.RoleBinding;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad days of the audit log: no hole, no event twice, no fork. */
@Timeout(120)
class SequencerTest {
    private static Kernel kernel;

    @TempDir
    private Path keys;

    private LogHub hub;
    private LogHub other;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder.resolve("database"));
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void hubs() {
        hub = new LogHub(kernel, keys);
        other = new LogHub(kernel, keys);
    }

    @AfterEach
    void close() throws SQLException {
        hub.close();
        other.close();
        kernel.emptyAudit();
    }

    @ParameterizedTest
    @EnumSource(names = {"READ", "HASHED", "APPENDED", "COMMITTED"})
    void aCrashAtAnyStepLosesNothingAndRepeatsNothing(Step step) {
        try (var leader = hub.lead()) {
            hub.record(300);
            var broken = new AtomicBoolean();
            var integrator = hub.integrator(at -> {
                if (at == step && broken.compareAndSet(false, true)) {
                    throw new IllegalStateException("crash at " + at);
                }
            });
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> integrator.integrate(leader.epoch()))
                    .withMessageContaining("crash");
            assertThat(hub.state().frontier().size()).isEqualTo(step == Step.COMMITTED ? 300 : 0);

            hub.record(3);
            drain(hub, leader.epoch());
        }
        hub.assertWhole();
    }

    @ParameterizedTest
    @EnumSource(names = {"READ", "HASHED", "APPENDED"})
    void aConnectionKilledAtAnyStepLeavesTheLogAsItWas(Step step) {
        hub.record(300);
        var broken = new AtomicBoolean();
        var leader = hub.lead();
        var integrator = hub.integrator(at -> {
            if (at == step && broken.compareAndSet(false, true)) {
                kernel.cutOff("true");
            }
        });
        assertThatExceptionOfType(DatabaseUnavailableException.class)
                .isThrownBy(() -> integrator.integrate(leader.epoch()));
        leader.close();

        try (var next = other.lead()) {
            drain(other, next.epoch());
        }
        other.assertWhole();
    }

    @ParameterizedTest
    @ValueSource(strings = {"audit_leaf", "audit_subtree", "audit_checkpoint", "audit_key"})
    void aStatementThatFailsTakesAllOfItBack(String table) throws SQLException {
        hub.record(600);
        try (var leader = hub.lead()) {
            try (var owner = kernel.asOwner();
                    var sql = owner.createStatement()) {
                sql.execute("create trigger broken before insert on %s for each row execute function refuse_change()"
                        .formatted(table));
                assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> drain(hub, leader.epoch()));
                sql.execute("drop trigger broken on " + table);
            }
            drain(hub, leader.epoch());
        }
        hub.assertWhole();
    }

    @ParameterizedTest
    @EnumSource(names = {"READ", "HASHED", "APPENDED"})
    void aLeaderThatWakesUpLateDoesNothing(Step step) throws Exception {
        var asleep = new CountDownLatch(1);
        var awake = new CountDownLatch(1);
        var first = hub.lead();
        hub.record(400);
        var sleeper = hub.integrator(at -> {
            if (at == step) {
                asleep.countDown();
                awaitUninterrupted(awake);
            }
        });
        var threads = Executors.newFixedThreadPool(2);
        try {
            Future<Integer> late = threads.submit(() -> sleeper.integrate(first.epoch()));
            assertThat(asleep.await(30, TimeUnit.SECONDS)).isTrue();
            first.close();
            // Another hub leads; where the sleeper holds the row of the log, that one has to wait for it.
            Future<?> next = threads.submit(() -> {
                try (var second = other.lead()) {
                    drain(other, second.epoch());
                }
            });
            if (step != Step.APPENDED) {
                next.get(60, TimeUnit.SECONDS);
            }
            awake.countDown();
            if (step == Step.APPENDED) {
                assertThat(late.get(30, TimeUnit.SECONDS)).isEqualTo(400);
                next.get(60, TimeUnit.SECONDS);
            } else {
                assertThatExceptionOfType(ExecutionException.class)
                        .isThrownBy(() -> late.get(30, TimeUnit.SECONDS))
                        .withCauseInstanceOf(DatabaseUnavailableException.class);
            }
            assertThatExceptionOfType(DatabaseUnavailableException.class)
                    .isThrownBy(() -> hub.signer().sign(first.epoch()));
        } finally {
            awake.countDown();
            threads.shutdownNow();
        }
        other.assertWhole();
    }

    @Test
    void twoHubsAtOnceMakeOneLog() throws Exception {
        var status = new LogStatus(new Metrics());
        hub.run(status);
        other.run(new LogStatus(new Metrics()));
        var threads = Executors.newFixedThreadPool(4);
        var written = new ArrayList<Future<?>>();
        for (var i = 0; i < 4; i++) {
            var writer = i % 2 == 0 ? hub : other;
            written.add(threads.submit(() -> writer.record(250)));
        }
        for (var one : written) {
            one.get(60, TimeUnit.SECONDS);
            // Whoever leads loses its session now, and perhaps the lead.
            kernel.cutOff("locktype = 'advisory'");
        }
        threads.shutdown();

        Await.until("all is covered", () -> hub.database()
                .<Boolean>read(tx -> tx.checkpoints().covered() == 1000));
        hub.assertWhole();
        Await.until("no trouble is left", () -> status.trouble().isEmpty());
    }

    @Test
    void stopsInAnotherDatabaseSystemUntilItIsRebased() throws SQLException {
        try (var leader = hub.lead()) {
            hub.record(5);
            drain(hub, leader.epoch());
            hub.record(3);
            try (var owner = kernel.asOwner();
                    var sql = owner.createStatement()) {
                // As after a restore: events of transactions that this system has not reached, in the log and not in
                // it.
                sql.execute("insert into audit_event (id, tx, leaf, at, action, outcome) select"
                        + " ('01890000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, '900000000'::xid8, 'restored', now(), 'x', 'y'"
                        + " from generate_series(1, 7) n");
                sql.execute("update audit_log set system_identifier = 1, cursor_tx = '800000000'");
            }
            assertThatExceptionOfType(LogStoppedException.class)
                    .isThrownBy(() -> hub.integrator(step -> {}).integrate(leader.epoch()));

            assertThat(hub.database().<Integer>write(Integrator::rebase)).isEqualTo(7);
            assertThatExceptionOfType(RefusedException.class)
                    .isThrownBy(() -> hub.database().write(Integrator::rebase));
            hub.record(2);
            drain(hub, leader.epoch());
        }
        assertThat(hub.state().frontier().size()).isEqualTo(17);
        assertThat(kernel.column("select count(distinct event_id) from audit_leaf"))
                .containsExactly("17");
    }

    @Test
    void aTransactionThatStaysOpenShowsAsLag() throws SQLException {
        var status = new LogStatus(new Metrics());
        try (var open = kernel.asOwner();
                var sql = open.createStatement()) {
            open.setAutoCommit(false);
            sql.execute("select pg_current_xact_id()");
            hub.record(1);
            hub.run(status);
            kernel.advance(Duration.ofMinutes(1));
            Await.until(
                    "the lag shows",
                    () -> status.trouble().filter(why -> why.contains("wait")).isPresent());
            open.commit();
            Await.until("the lag is gone", () -> status.trouble().isEmpty());
        } finally {
            kernel.returnToNow();
        }
    }

    @Test
    void whoWaitsForACheckpointGetsOneSoon() {
        var event = hub.record();
        assertThat(new Coverage(hub.database(), () -> {}).await(event)).isFalse();

        var sequencer = hub.run(new LogStatus(new Metrics()));
        assertThat(new Coverage(hub.database(), sequencer::hurry).await(event)).isTrue();
        var begin = System.nanoTime();
        assertThat(new Coverage(hub.database(), sequencer::hurry).await(hub.record()))
                .isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void aGrantIsAnsweredWhenItIsCovered() {
        var sequencer = hub.run(new LogStatus(new Metrics()));
        var gate = new Gate(
                hub.database(),
                hub.trail(),
                kernel.clock(),
                hub.trail().ids(),
                new Coverage(hub.database(), sequencer::hurry));
        var project = kernel.project();
        var owner = kernel.member(project, Role.OWNER);
        var user = new Principal(Principal.Kind.USER, "grace");
        var answer = new RoleBindings(gate)
                .create(owner, null, project.id().value(), new RoleBindings.Draft(user, Role.VIEWER, null));

        assertThat(((Answer.Done<RoleBinding>) answer).covered()).isTrue();
        assertThat(kernel.column(
                        "select count(*) from audit_checkpoint where size > (select leaf_index from audit_leaf"
                                + " where event_id = ?::uuid)",
                        ((Answer.Done<RoleBinding>) answer)
                                .auditEvent()
                                .number()
                                .toString()))
                .isNotEqualTo(List.of("0"));
    }

    private static void drain(LogHub hub, long epoch) {
        var integrator = hub.integrator(step -> {});
        while (integrator.integrate(epoch) > 0) {
            // The next batch.
        }
        if (hub.state().frontier().size() > 0) {
            hub.signer().sign(epoch);
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody woke the sleeper");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
