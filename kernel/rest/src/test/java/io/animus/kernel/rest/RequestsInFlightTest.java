package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A sink that catches up gives way to requests, for as long as they are counted as in flight and no longer. */
@Timeout(60)
class RequestsInFlightTest {
    private static TestHub hub;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        hub = new TestHub(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        hub.close();
    }

    @Test
    void oneIsInFlightUntilItIsAnswered() throws Exception {
        var client = hub.client("slow");
        CompletableFuture<Integer> answer;
        try (var sql = hub.owner();
                var statement = sql.createStatement()) {
            sql.setAutoCommit(false);
            statement.execute("lock table api_key");
            answer = CompletableFuture.supplyAsync(
                    () -> client.get("/api/v1/projects/p/runs").status());
            awaitAny(true);
            sql.rollback();
        }
        assertThat(answer.get()).isEqualTo(404);
        awaitAny(false);
    }

    @Test
    void noneIsAfterRefusals() {
        assertThat(hub.client().get("/api/v1/me").status()).isEqualTo(401);
        assertThat(hub.client().get("/api/v1/projects/%00").status()).isEqualTo(400);
        assertThat(hub.client().delete("/nothing/here").status()).isEqualTo(404);
        awaitAny(false);
    }

    /** The answer is sent before the server is done with a request. */
    private static void awaitAny(boolean wanted) {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (hub.requests().isAny() != wanted) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
