package io.animus.kernel.core;

import io.animus.api.types.TypeId;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Transaction.End;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * The numbers that one life of a hub process gives to its events, and what became of each: in the log, void because its
 * transaction never committed, or not known yet. Safe for many threads.
 */
final class NodeNumbers {
    private final TreeMap<Long, Given> open = new TreeMap<>();
    private final TreeMap<Long, Given> doubtful = new TreeMap<>();
    private final TreeSet<Long> toVoid = new TreeSet<>();
    private long last;
    private boolean isClosed;
    private long freshUntil = Long.MAX_VALUE;

    /**
     * A number whose transaction is not over, or over in a way that nobody knows.
     *
     * @param voids numbers that this event declares void
     */
    private record Given(TypeId event, List<Long> voids) {}

    /** A number, and the life that gave it. */
    record Numbered(NodeNumbers numbers, long number) {
        /** @throws DatabaseUnavailableException if an event with this number must not be written any more */
        void requireFresh() {
            numbers.requireFresh();
        }

        /** Says how the transaction ended. */
        void over(End end) {
            numbers.over(number, end);
        }
    }

    /**
     * What an event says that keeps account.
     *
     * @param number its own, which is also the last one given
     * @param settled all numbers up to this one are in the log or declared void, with this event at the latest
     * @param voided what this event declares void, ascending
     */
    record Account(long number, long settled, List<Long> voided) {
        Account {
            voided = List.copyOf(voided);
        }
    }

    /**
     * The next number.
     *
     * @throws DatabaseUnavailableException if this life is over, or the others may think so
     */
    synchronized long next(TypeId event) {
        requireGiving();
        return give(event, List.of());
    }

    /** @throws DatabaseUnavailableException if {@link #next} has none to give */
    synchronized void requireGiving() {
        if (!isGiving()) {
            throw noNumbers();
        }
    }

    /** The number of the event that begins this life, before which it gives none. */
    synchronized long begin(TypeId event) {
        return give(event, List.of());
    }

    private synchronized void requireFresh() {
        if (System.nanoTime() > freshUntil) {
            throw noNumbers();
        }
    }

    private static DatabaseUnavailableException noNumbers() {
        return new DatabaseUnavailableException(new IllegalStateException("this node gives no numbers now"));
    }

    /** The next number, for an event that keeps account; also when no others are given any more. */
    synchronized Account account(TypeId event) {
        var settled = Math.min(first(open), first(doubtful)) - 1;
        // What is above stays for the next time, so that who closes a lost life knows what was not declared yet.
        var voided = List.copyOf(toVoid.headSet(settled, true));
        voided.forEach(toVoid::remove);
        return new Account(give(event, voided), settled, voided);
    }

    /** Gives numbers for so long from the moment {@code since} of {@link System#nanoTime}. */
    synchronized void stayFresh(long since, Duration period) {
        freshUntil = since + period.toNanos();
    }

    /** Says how the transaction of a number ended. */
    synchronized void over(long number, End end) {
        var given = open.remove(number);
        if (given != null && end == End.ROLLED_BACK) {
            isVoid(number, given);
        } else if (given != null && end == End.UNKNOWN) {
            doubtful.put(number, given);
        }
        notifyAll();
    }

    /** The events of which nobody knows whether they were committed. */
    synchronized List<TypeId> doubtful() {
        return doubtful.values().stream().map(Given::event).toList();
    }

    /**
     * Settles doubts.
     *
     * @param asked some of what {@link #doubtful} said, whose transactions are all over
     * @param committed those of them that the database has
     */
    synchronized void settle(Collection<TypeId> asked, Collection<TypeId> committed) {
        for (var one : new ArrayList<>(doubtful.entrySet())) {
            var given = one.getValue();
            if (asked.contains(given.event())) {
                doubtful.remove(one.getKey());
                if (!committed.contains(given.event())) {
                    isVoid(one.getKey(), given);
                }
            }
        }
    }

    /** Whether {@link #next} has one to give. */
    synchronized boolean isGiving() {
        return !isClosed && System.nanoTime() <= freshUntil;
    }

    /** Whether the last sign of life is too long ago for {@link #next} to give one; not of a life that is over. */
    synchronized boolean isStale() {
        return !isClosed && System.nanoTime() > freshUntil;
    }

    /** Whether this life is over. */
    synchronized boolean isClosed() {
        return isClosed;
    }

    /** Gives no more numbers, and waits until the transaction of each that was given is over; false if that takes too long. */
    synchronized boolean close(Duration patience) throws InterruptedException {
        isClosed = true;
        var end = System.nanoTime() + patience.toNanos();
        while (!open.isEmpty()) {
            var left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    private long give(TypeId event, List<Long> voids) {
        last++;
        open.put(last, new Given(event, voids));
        return last;
    }

    private void isVoid(long number, Given given) {
        toVoid.add(number);
        toVoid.addAll(given.voids());
    }

    private long first(TreeMap<Long, Given> numbers) {
        Map.Entry<Long, Given> first = numbers.firstEntry();
        return first == null ? last + 1 : first.getKey();
    }
}
