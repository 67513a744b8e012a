package io.animus.kernel.core;

import java.util.function.BooleanSupplier;

/**
 * Waits a moment for what is likely to come at once, since to put a thread to sleep and to wake it again takes two processors
 * more than a short call does. What did not come in time is waited for less and less often, so that long calls pay
 * nothing. May be used by many threads; what one learns is a hint to the others, and may get lost.
 */
final class Moment {
    private static final long NANOS = 20_000;
    private static final int MOST_SKIPPED = 255;

    private volatile int skip;
    private volatile int left;

    /** Whether it has come; false also where it isn't worth the wait. */
    boolean sees(BooleanSupplier come) {
        if (come.getAsBoolean()) {
            return true;
        }
        var now = left;
        if (now > 0) {
            left = now - 1;
            return false;
        }
        var begun = System.nanoTime();
        do {
            Thread.onSpinWait();
            if (come.getAsBoolean()) {
                skip = 0;
                return true;
            }
        } while (System.nanoTime() - begun < NANOS);
        skip = Math.min(2 * skip + 1, MOST_SKIPPED);
        left = skip;
        return false;
    }
}
