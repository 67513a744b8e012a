package io.animus.kernel.core;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps a feed that catches up from taking the machine from those who work with the hub: while somebody asks it for something, and for a
 * second after that, batches go out in pieces, none is read while another is sent, and a rest follows each. Not safe for several
 * threads.
 */
final class FeedPace {
    private static final int PART = 4;
    private static final int WORK_TO_REST = 4;

    /** Of entries: a night's backlog is gone in minutes, and whoever is faster takes from others what nobody asked for. */
    private static final long MOST_PER_SECOND = 22_000;

    private static final Duration LONGEST = Duration.ofMillis(50);

    /** Far longer than a piece: between two pieces nobody may have asked for anything, though somebody asks all the time. */
    private static final Duration SHARED = Duration.ofSeconds(1);

    private final LongSupplier asked;
    private final LongSupplier nanos;
    private long seen;
    private long seenAt;
    private boolean isShared;

    /**
     * @param asked grows with each request to the hub
     * @param nanos as {@link System#nanoTime}
     */
    FeedPace(LongSupplier asked, LongSupplier nanos) {
        this.asked = asked;
        this.nanos = nanos;
        this.seen = asked.getAsLong();
    }

    /** How many entries the next piece may have, of so many when nobody asks for anything. */
    int entries(int most) {
        return isShared ? Math.max(1, most / PART) : most;
    }

    /** Whether somebody has asked the hub for something lately. */
    boolean isShared() {
        return isShared;
    }

    /**
     * What is to pass before the next piece: nothing if nobody has asked lately.
     *
     * @param entries that the last piece had
     * @param worked what it took, in nanoseconds
     */
    Duration rest(int entries, long worked) {
        var now = asked.getAsLong();
        if (now != seen) {
            seen = now;
            seenAt = nanos.getAsLong();
            isShared = true;
        } else if (isShared) {
            isShared = nanos.getAsLong() - seenAt < SHARED.toNanos();
        }
        if (!isShared) {
            return Duration.ZERO;
        }
        var even = TimeUnit.SECONDS.toNanos(entries) / MOST_PER_SECOND - worked;
        return Duration.ofNanos(Math.min(Math.max(even, worked / WORK_TO_REST), LONGEST.toNanos()));
    }
}
