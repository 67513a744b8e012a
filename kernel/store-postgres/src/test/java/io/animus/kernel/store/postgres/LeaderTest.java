package io.animus.kernel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One leads, and who led before can do no harm. */
class LeaderTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static TestDatabase postgres;

    @BeforeAll
    static void start(@TempDir Path folder) {
        postgres = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void electsOne() {
        try (var first = elect("one").orElseThrow()) {
            assertThat(elect("one")).isEmpty();
            try (var other = elect("another role").orElseThrow()) {
                assertThat(other.isAlive()).isTrue();
            }
            assertThat(first.isAlive()).isTrue();
        }
        elect("one").orElseThrow().close();
    }

    @Test
    void refusesTheTransactionOfALeaderThatWasPaused() {
        var paused = elect("pause").orElseThrow();
        assertThat(postgres.database().<Boolean>write(tx -> fenced(paused, tx))).isTrue();
        paused.close();
        try (var next = elect("pause").orElseThrow()) {
            assertThatExceptionOfType(DatabaseUnavailableException.class)
                    .isThrownBy(() -> postgres.database().write(tx -> fenced(paused, tx)));
            assertThat(postgres.database().<Boolean>write(tx -> fenced(next, tx)))
                    .isTrue();
        }
    }

    @Test
    void nextLeaderWaitsForATransactionThatWasFencedBefore() throws Exception {
        var first = elect("wait").orElseThrow();
        var isFenced = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var threads = Executors.newFixedThreadPool(2);
        try {
            var work = threads.submit(() -> postgres.database().write(tx -> {
                first.fence(tx);
                isFenced.countDown();
                return await(mayEnd);
            }));
            isFenced.await();
            first.close();
            var election = threads.submit(() -> elect("wait").orElseThrow());
            postgres.awaitLockWaiter();
            assertThat(election.isDone()).isFalse();

            mayEnd.countDown();

            assertThat(work.get(10, TimeUnit.SECONDS)).isTrue();
            election.get(10, TimeUnit.SECONDS).close();
        } finally {
            mayEnd.countDown();
            threads.shutdownNow();
        }
    }

    private static boolean fenced(Leader leader, Transaction tx) {
        leader.fence(tx);
        return true;
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<Leader> elect(String role) {
        return Leader.elect(postgres.database(), role, "node", NOW);
    }
}
