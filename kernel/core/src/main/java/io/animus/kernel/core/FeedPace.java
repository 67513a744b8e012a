package io.animus.kernel.core;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps a feed that catches up from taking the machine from those who work with the hub: while somebody asks it for something, batches
 * go out in pieces, none is read while another is sent, and a rest follows each. Not safe for several threads.
 */
final class FeedPace {
    private static final int PART = 4;
    private static final int WORK_TO_REST = 2;
    private static final Duration LONGEST = Duration.ofMillis(50);

    private final LongSupplier asked;
    private long seen;
    private boolean isShared;

    /** @param asked grows with each request to the hub */
    FeedPace(LongSupplier asked) {
        this.asked = asked;
        this.seen = asked.getAsLong();
    }

    /** How many entries the next piece may have, of so many when nobody asks for anything. */
    int entries(int most) {
        return isShared ? Math.max(1, most / PART) : most;
    }

    /** Whether somebody has asked the hub for something between the last two pieces. */
    boolean isShared() {
        return isShared;
    }

    /**
     * What is to pass before the next piece: nothing if nobody has asked since the last one.
     *
     * @param worked what the last piece took, in nanoseconds
     */
    Duration rest(long worked) {
        var now = asked.getAsLong();
        isShared = now != seen;
        seen = now;
        return isShared ? Duration.ofNanos(Math.min(worked / WORK_TO_REST, LONGEST.toNanos())) : Duration.ZERO;
    }
}
