package io.animus.kernel.core;

import java.time.Duration;

/**
 * How long things about runs may take.
 *
 * @param start of an attempt, from when it is made until its job runs
 * @param silence of the executor, before its runs are in doubt
 * @param proof of what became of a run in doubt, after its time is over
 * @param grace from asking a job to end to ending it by force
 * @param firstRetry before the second attempt; the wait doubles with each further one
 * @param rest before a step that failed is taken again
 */
record Deadlines(Duration start, Duration silence, Duration proof, Duration grace, Duration firstRetry, Duration rest) {
    static final Deadlines DEFAULT = new Deadlines(
            Duration.ofMinutes(15),
            Duration.ofSeconds(10),
            Duration.ofMinutes(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofSeconds(2));

    private static final int MOST_DOUBLINGS = 6;

    /** How long the attempt after number {@code attempt} waits. */
    Duration retryAfter(int attempt) {
        return firstRetry.multipliedBy(1L << Math.min(attempt - 1, MOST_DOUBLINGS));
    }
}
