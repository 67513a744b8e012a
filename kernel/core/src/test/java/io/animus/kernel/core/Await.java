package io.animus.kernel.core;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what must come, and fails when it doesn't. */
final class Await {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(5);

    private Await() {}

    /** Until {@code condition} holds. */
    static void until(String what, BooleanSupplier condition) {
        present(what, () -> condition.getAsBoolean() ? Optional.of(what) : Optional.empty());
    }

    /** Until there is something. */
    static <T> T present(Supplier<Optional<T>> search) {
        return present("what was waited for", search);
    }

    /** Whoever interrupts this thread: as a plugin waits that goes on, on purpose. */
    static void uninterruptibly(CountDownLatch latch) {
        var interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> T present(String what, Supplier<Optional<T>> search) {
        var end = System.nanoTime() + DEADLINE.toNanos();
        while (System.nanoTime() < end) {
            var found = search.get();
            if (found.isPresent()) {
                return found.get();
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        throw new AssertionError("not within " + DEADLINE.toSeconds() + " s: " + what);
    }
}
