package io.animus.kernel.core;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before what failed is tried again: doubles with each failure in a row, and a random part keeps many from
 * coming back at the same moment.
 *
 * @param first after one failure
 * @param longest however many there were
 */
record BackOff(Duration first, Duration longest) {
    private static final int MOST_DOUBLINGS = 30;
    private static final double LEAST_PART = 0.5;

    /** @param failures in a row, from 1 */
    Duration after(int failures, RandomGenerator random) {
        var doubled = first.toMillis() << Math.min(failures - 1, MOST_DOUBLINGS);
        return jittered(Duration.ofMillis(Math.min(doubled, longest.toMillis())), random);
    }

    /** Between half of this and all of it. */
    static Duration jittered(Duration whole, RandomGenerator random) {
        return Duration.ofMillis((long) (whole.toMillis() * random.nextDouble(LEAST_PART, 1)));
    }
}
