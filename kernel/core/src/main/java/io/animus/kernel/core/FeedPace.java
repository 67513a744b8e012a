package io.animus.kernel.core;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps a feed that catches up from taking the machine from those who work with the hub: it rests after each batch, half as long as that took, while
 * somebody asks the hub for something. Not safe for several threads.
 */
final class FeedPace {
    private static final Duration LONGEST = Duration.ofMillis(50);

    private final LongSupplier asked;
    private long seen;

    /** @param asked grows with each request to the hub */
    FeedPace(LongSupplier asked) {
        this.asked = asked;
        this.seen = asked.getAsLong();
    }

    /**
     * What is to pass before the next batch: nothing if nobody has asked since the last one.
     *
     * @param worked what the last batch took, in nanoseconds
     */
    Duration rest(long worked) {
        var before = seen;
        seen = asked.getAsLong();
        return seen == before ? Duration.ZERO : Duration.ofNanos(Math.min(worked / 2, LONGEST.toNanos()));
    }
}
