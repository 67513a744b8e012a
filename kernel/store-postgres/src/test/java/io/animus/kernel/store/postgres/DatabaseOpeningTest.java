package io.animus.kernel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.database.DatabaseServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database comes when it can, whatever the start of the hub does meanwhile. */
class DatabaseOpeningTest {
    private static TestDatabase postgres;

    private final BlockingQueue<Database> offered = new LinkedBlockingQueue<>();
    private final AtomicInteger withdrawn = new AtomicInteger();

    @BeforeAll
    static void start(@TempDir Path folder) {
        postgres = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void offersTheDatabaseUntilItIsClosed() throws Exception {
        var serverMayAnswer = new CountDownLatch(1);
        var opening = opening(() -> {
            await(serverMayAnswer);
            return postgres.access();
        });
        // Whoever starts the hub is not held up by a server that takes its time.
        assertThat(offered).isEmpty();
        serverMayAnswer.countDown();

        var database = offered.poll(30, TimeUnit.SECONDS);
        assertThat(database).isNotNull();
        assertThat(database.isAvailable()).isTrue();
        assertThat(withdrawn).hasValue(0);

        opening.close();

        assertThat(withdrawn).hasValue(1);
        assertThat(database.isAvailable()).isFalse();
    }

    @Test
    void triesAgainUntilTheServerCanBeUsed() throws Exception {
        var attempts = new AtomicInteger();
        var opening = opening(() -> {
            if (attempts.incrementAndGet() < 3) {
                throw new IllegalStateException("not yet");
            }
            return postgres.access();
        });

        assertThat(offered.poll(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(attempts).hasValue(3);
        opening.close();
    }

    @Test
    void breaksOffAnAttemptWhenItIsClosed() throws Exception {
        var asked = new CountDownLatch(1);
        var opening = opening(() -> {
            asked.countDown();
            await(new CountDownLatch(1));
            return postgres.access();
        });
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

        opening.close();

        assertThat(offered).isEmpty();
        assertThat(withdrawn).hasValue(0);
    }

    private DatabaseOpening opening(DatabaseServer server) {
        return new DatabaseOpening(
                server,
                database -> {
                    offered.add(database);
                    return withdrawn::incrementAndGet;
                },
                Duration.ofMillis(10));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
