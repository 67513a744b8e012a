package io.animus.kernel.core;

import io.animus.api.types.TypeId;
import io.animus.kernel.core.NodeNumbers.Numbered;
import io.animus.kernel.store.postgres.AuditRepository.Entry;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Transaction;
import io.animus.kernel.store.postgres.Transaction.End;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes events that belong to no change of state, many in one transaction. An event has a place from before it gets its
 * number until it is committed or is known not to be, so at most {@link #PLACES} are in memory; who finds no place waits,
 * and is refused after a while. Nothing is ever dropped without the caller being told. Safe for many threads.
 */
final class EventRing implements AutoCloseable {
    /** The most events that wait or are being written. */
    static final int PLACES = 4096;

    /** How long a caller waits for a place. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int BATCH = 1024;

    private final Database database;
    private final int capacity;
    private final Duration patience;
    private final Semaphore places;
    private final ArrayBlockingQueue<Place> waiting;
    private final AtomicBoolean writing = new AtomicBoolean();
    private final ThreadPoolExecutor writer =
            new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), EventRing::thread);
    private volatile boolean isClosed;

    /**
     * An event ready to be written.
     *
     * @param number that it has got in the life of a hub
     * @param referred writes what the event refers to, unless that is on record already
     */
    record Sealed(Entry entry, Numbered number, Consumer<Transaction> referred) {}

    private record Place(Sealed event, CompletableFuture<TypeId> answer) {}

    EventRing(Database database) {
        this(database, PLACES, PATIENCE);
    }

    EventRing(Database database, int places, Duration patience) {
        this.database = database;
        this.capacity = places;
        this.patience = patience;
        this.places = new Semaphore(places);
        this.waiting = new ArrayBlockingQueue<>(places);
        // A hub that refuses nobody needs no thread for it.
        writer.allowCoreThreadTimeOut(true);
    }

    /**
     * Has an event written with whatever others there are. Waits only for a place.
     *
     * @param seal gives the event its number; called by this thread when there is a place
     * @return the event's id once it is committed, or the failure: {@link DatabaseUnavailableException} if the database is
     *     away, in which case it may yet turn out to be committed
     * @throws DatabaseUnavailableException if there is no place in time
     */
    CompletableFuture<TypeId> append(Supplier<Sealed> seal) {
        takePlace();
        var answer = new CompletableFuture<TypeId>();
        try {
            waiting.add(new Place(seal.get(), answer));
        } catch (RuntimeException e) {
            places.release();
            throw e;
        }
        wake();
        return answer;
    }

    /** Takes no more, and waits until all that were taken are written; not for long if the database doesn't answer. */
    @Override
    public void close() {
        isClosed = true;
        try {
            if (places.tryAcquire(capacity, patience.toNanos(), TimeUnit.NANOSECONDS)) {
                writer.shutdown();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void takePlace() {
        if (isClosed) {
            throw new DatabaseUnavailableException(new IllegalStateException("this hub stops"));
        }
        try {
            if (places.tryAcquire() || places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
            throw new DatabaseUnavailableException(
                    new IllegalStateException("as many events wait to be written as there is room for"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseUnavailableException(e);
        }
    }

    private void wake() {
        if (!waiting.isEmpty() && writing.compareAndSet(false, true)) {
            writer.execute(this::write);
        }
    }

    private void write() {
        try {
            var batch = new ArrayList<Place>(BATCH);
            while (waiting.drainTo(batch, BATCH) > 0) {
                write(batch);
                batch.clear();
            }
        } finally {
            writing.set(false);
            wake();
        }
    }

    private void write(List<Place> batch) {
        var end = new Ending();
        // What they are told who wait if not even an exception ends this.
        @Nullable RuntimeException failure = new IllegalStateException("the writer of audit events failed");
        var oneByOne = false;
        try {
            database.write(tx -> {
                tx.whenOver(end);
                batch.forEach(place -> place.event().number().requireFresh());
                batch.forEach(place -> place.event().referred().accept(tx));
                tx.audit()
                        .copy(batch.stream().map(place -> place.event().entry()).toList());
                return true;
            });
            failure = null;
        } catch (RuntimeException e) {
            failure = e;
            // One of them can't be written, and the others are not to suffer for it.
            oneByOne = batch.size() > 1 && end.value == End.ROLLED_BACK && !(e instanceof DatabaseUnavailableException);
        } finally {
            if (!oneByOne) {
                for (var place : batch) {
                    settle(place, end.value, failure);
                }
            }
        }
        if (oneByOne) {
            batch.forEach(place -> write(List.of(place)));
        }
    }

    private void settle(Place place, End end, @Nullable RuntimeException failure) {
        place.event().number().over(end);
        places.release();
        if (failure == null) {
            place.answer().complete(place.event().entry().event().id());
        } else {
            place.answer().completeExceptionally(failure);
        }
    }

    /** How a transaction ended: rolled back, unless it came to its commit. */
    private static final class Ending implements Consumer<End> {
        private End value = End.ROLLED_BACK;

        @Override
        public void accept(End end) {
            value = end;
        }
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "animus-audit-writer");
        thread.setDaemon(true);
        return thread;
    }
}
