package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DirectoryTest {
    private static final long BUNDLE = 7;

    private final Directory<String> directory = new Directory<>();

    @Test
    void waitsForTheLastCallOfABundleThatIsRetired() throws Exception {
        directory.add("old", Map.of("service.bundleid", BUNDLE));
        var first = directory.lease(any -> true).orElseThrow();
        var last = directory.lease(any -> true).orElseThrow();
        directory.retire(BUNDLE, true);
        var waiting = waiting(Duration.ofMinutes(1));

        first.close();
        assertThat(directory.awaitEnd(BUNDLE, System.nanoTime())).isFalse();
        assertThat(waiting).isNotDone();
        last.close();

        assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void waitsNoLongerThanAllowed() throws Exception {
        directory.add("old", Map.of("service.bundleid", BUNDLE));
        try (var call = directory.lease(any -> true).orElseThrow()) {
            directory.retire(BUNDLE, true);

            assertThat(call.service()).isEqualTo("old");
            assertThat(waiting(Duration.ofMillis(20)).get(10, TimeUnit.SECONDS)).isFalse();
        }
    }

    @Test
    void doesNotWaitForAServiceThatHasGone() throws Exception {
        directory.add("old", Map.of("service.bundleid", BUNDLE));
        try (var call = directory.lease(any -> true).orElseThrow()) {
            directory.retire(BUNDLE, true);
            var waiting = waiting(Duration.ofMinutes(1));
            assertThat(waiting).isNotDone();

            directory.remove(call.service());

            assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Returns once somebody waits. */
    private CompletableFuture<Boolean> waiting(Duration patience) throws InterruptedException {
        var deadline = System.nanoTime() + patience.toNanos();
        var end = new CompletableFuture<Boolean>();
        var thread = new Thread(() -> {
            try {
                end.complete(directory.awaitEnd(BUNDLE, deadline));
            } catch (InterruptedException e) {
                end.completeExceptionally(e);
            }
        });
        thread.start();
        Await.until("it waits", () -> thread.getState() == Thread.State.TIMED_WAITING || end.isDone());
        return end;
    }
}
