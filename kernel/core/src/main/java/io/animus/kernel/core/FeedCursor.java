package io.animus.kernel.core;

import io.animus.kernel.domain.delivery.SinkFeed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Where the feed of a sink stands. Of a sink that doesn't acknowledge nobody knows what of the last entries arrived when it
 * breaks, so it is fed those again. Not safe for several threads.
 */
final class FeedCursor {
    /** Marks are not set more often: a late one makes a rewind longer, never shorter. */
    private static final Duration BETWEEN_MARKS = Duration.ofMillis(50);

    private static final int MARKS_OF_ENTRIES = 20;

    private final boolean acknowledges;
    private final Window window;
    private final Deque<Mark> marks = new ArrayDeque<>();
    private long settled;
    private long rewind;
    private long delivered;
    private long deliveredAtRewind;

    /**
     * What is sent again after a failure.
     *
     * @param time what was settled in this time before the last success
     * @param entries and no more than this many
     */
    record Window(Duration time, long entries) {
        static final Window DEFAULT = new Window(Duration.ofSeconds(10), 10_000);
    }

    /** Where the feed stood at a moment. */
    private record Mark(Instant at, long settled, long delivered) {}

    /** A feed that starts: from where an earlier one has left off. */
    FeedCursor(SinkFeed stored, boolean acknowledges, Window window) {
        this.acknowledges = acknowledges;
        this.window = window;
        settled = acknowledges ? stored.cursor() : stored.rewind();
        rewind = settled;
    }

    /** The leaf index that comes next. */
    long next() {
        return settled + 1;
    }

    /** All up to this leaf index is settled. */
    long settled() {
        return settled;
    }

    /** After which leaf index a feed starts that comes after this one. */
    long rewind() {
        return rewind;
    }

    /**
     * All up to a leaf index is settled now.
     *
     * @param entries how many of that were sent
     */
    void settle(long index, int entries, Instant now) {
        settled = index;
        delivered += entries;
        if (acknowledges) {
            rewind = settled;
            return;
        }
        var last = marks.peekLast();
        if (last == null
                || !now.isBefore(last.at().plus(BETWEEN_MARKS))
                || delivered - last.delivered() >= window.entries() / MARKS_OF_ENTRIES) {
            marks.addLast(new Mark(now, settled, delivered));
        }
        var past = now.minus(window.time());
        for (var first = marks.peekFirst();
                first != null && (!first.at().isAfter(past) || delivered - deliveredAtRewind > window.entries());
                first = marks.peekFirst()) {
            rewind = first.settled();
            deliveredAtRewind = first.delivered();
            marks.removeFirst();
        }
    }

    /** After a failure: what may be lost comes again. */
    void startAgain() {
        settled = rewind;
        delivered = deliveredAtRewind;
        marks.clear();
    }
}
