package io.animus.itests.process;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Waiting for what must come, up to a deadline. */
final class Patience {
    static final Duration USUAL = Duration.ofSeconds(60);

    private static final Duration POLL = Duration.ofMillis(25);

    private Patience() {}

    /** The first value that the probe finds; fails after {@link #USUAL}. */
    static <T> T until(String what, Callable<Optional<T>> probe) throws Exception {
        var deadline = System.nanoTime() + USUAL.toNanos();
        for (; ; ) {
            var found = probe.call();
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + USUAL.toSeconds() + " s in vain until " + what);
            }
            Thread.sleep(POLL.toMillis());
        }
    }

    static void untilTrue(String what, Callable<Boolean> condition) throws Exception {
        until(what, () -> condition.call() ? Optional.of(true) : Optional.empty());
    }
}
