package io.animus.kernel.core;

import java.time.Duration;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Keeps a feed that catches up from taking the machine from those who work with the hub: while somebody asks it for something, and for a
 * second after that, batches go out in pieces, none is read while another is sent, and no more of them than the rate allows. The time
 * that this leaves is spent while requests are in flight. One thread at a time, but {@link #giveWay} may be called from any.
 */
final class FeedPace {
    private static final int PART = 4;
    private static final int WORK_TO_REST = 8;

    /** Entries handled between two looks at whether somebody waits: some half a millisecond. */
    private static final int AT_ONCE = 16;

    /** Of entries: a night's backlog is gone in minutes, and whoever is faster takes from others what nobody asked for. */
    private static final long MOST_PER_SECOND = 20_500;

    /** Of time to spend, what is kept for the next requests. */
    private static final long KEPT = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long GLANCE = TimeUnit.MICROSECONDS.toNanos(200);

    /** Far longer than a piece: between two pieces nobody may have asked for anything, though somebody asks all the time. */
    private static final long SHARED = TimeUnit.SECONDS.toNanos(1);

    private final Others others;
    private final LongSupplier nanos;
    private final LongConsumer sleep;

    /** How far this is ahead of its rate, and what of that was given away since the last rest. */
    private final AtomicLong credit = new AtomicLong();

    private final AtomicLong gaveWay = new AtomicLong();
    private long seen;
    private long seenAt;
    private long since;
    private long rested;
    private volatile boolean isShared;

    /**
     * Those who work with the hub.
     *
     * @param asked grows with each request
     * @param waiting whether an answer is waited for
     */
    record Others(LongSupplier asked, BooleanSupplier waiting) {
        static final Others NONE = new Others(() -> 0, () -> false);
    }

    FeedPace(Others others) {
        this(others, System::nanoTime, LockSupport::parkNanos);
    }

    /**
     * @param nanos as {@link System#nanoTime}
     * @param sleep for so many nanoseconds, or less
     */
    FeedPace(Others others, LongSupplier nanos, LongConsumer sleep) {
        this.others = others;
        this.nanos = nanos;
        this.sleep = sleep;
        this.seen = others.asked().getAsLong();
        this.since = nanos.getAsLong();
    }

    /** How many entries the next piece may have, of so many when nobody asks for anything. */
    int entries(int most) {
        return isShared ? Math.max(1, most / PART) : most;
    }

    /** Whether somebody has asked the hub for something lately. */
    boolean isShared() {
        return isShared;
    }

    /** Lets those go first who wait for an answer, as long as the rate is kept. */
    void giveWay() {
        if (!isShared) {
            return;
        }
        Thread.yield();
        var now = nanos.getAsLong();
        while (credit.get() > 0
                && others.waiting().getAsBoolean()
                && !Thread.currentThread().isInterrupted()) {
            sleep.accept(GLANCE);
            var then = now;
            now = nanos.getAsLong();
            credit.addAndGet(then - now);
            gaveWay.addAndGet(now - then);
        }
    }

    /** The same list, whose reader gives way again and again. */
    <T> List<T> givingWay(List<T> entries) {
        return isShared ? new Shared<>(entries) : entries;
    }

    private final class Shared<T> extends AbstractList<T> implements RandomAccess {
        private final List<T> entries;

        Shared(List<T> entries) {
            this.entries = entries;
        }

        @Override
        public T get(int index) {
            if (index % AT_ONCE == 0) {
                giveWay();
            }
            return entries.get(index);
        }

        @Override
        public int size() {
            return entries.size();
        }
    }

    /** Nothing was to be sent for a while: none of that time was work. */
    void restart() {
        since = nanos.getAsLong();
        rested = 0;
    }

    /**
     * What is to pass before the next piece: nothing if nobody has asked lately.
     *
     * @param entries that went out since this was asked last
     */
    Duration rest(int entries) {
        var now = nanos.getAsLong();
        var waited = gaveWay.getAndSet(0);
        var took = now - since - waited;
        var ahead = credit.get() + TimeUnit.SECONDS.toNanos(entries) / MOST_PER_SECOND - took;
        credit.set(Math.min(Math.max(0, ahead), KEPT + LONGEST));
        since = now;
        look(now);
        var least = (took - rested) / WORK_TO_REST - waited;
        rested = isShared ? Math.max(0, Math.min(Math.max(ahead - KEPT, least), LONGEST)) : 0;
        return Duration.ofNanos(rested);
    }

    private void look(long now) {
        var asked = others.asked().getAsLong();
        if (asked != seen) {
            seen = asked;
            seenAt = now;
            isShared = true;
        } else if (isShared) {
            isShared = now - seenAt < SHARED;
        }
    }
}
