package io.animus.kernel.core;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Leader;
import io.animus.kernel.store.postgres.QueueRepository.UnderWay;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the steps of many runs in few transactions. One thread at a time writes; what the others bring meanwhile goes into
 * the next transaction, so that a batch is as large as the load makes it, and nothing waits while nobody writes. Safe for
 * many threads.
 */
final class StepWriter {
    /** The most steps in one transaction. */
    static final int BATCH = 50;

    private final Database database;
    private final RunProgression progression;
    private final Clock clock;
    private final Queue<Pending> pending = new ConcurrentLinkedQueue<>();
    private final Lock writing = new ReentrantLock();

    StepWriter(Database database, RunProgression progression, Clock clock) {
        this.database = database;
        this.progression = progression;
        this.clock = clock;
    }

    private record Pending(Leader leader, Step step, Consumer<Optional<RuntimeException>> written) {}

    /**
     * Writes a step, now or with those that are brought while another thread writes.
     *
     * @param written gets what kept the step from being written, if anything; on whichever thread wrote it
     */
    void write(Leader leader, Step step, Consumer<Optional<RuntimeException>> written) {
        pending.add(new Pending(leader, step, written));
        // Whoever writes looks again after it has let go: what was added in between is not forgotten.
        while (!pending.isEmpty() && writing.tryLock()) {
            try {
                writeAll(next());
            } finally {
                writing.unlock();
            }
        }
    }

    private List<Pending> next() {
        var batch = new ArrayList<Pending>();
        for (var next = pending.peek(); next != null && fits(batch, next); next = pending.peek()) {
            pending.remove();
            batch.add(next);
        }
        return batch;
    }

    private static boolean fits(List<Pending> batch, Pending next) {
        return batch.isEmpty() || batch.size() < BATCH && batch.get(0).leader() == next.leader();
    }

    /** A step that can't be written must not keep the others from it: then each one goes alone. */
    private void writeAll(List<Pending> batch) {
        if (batch.isEmpty()) {
            return;
        }
        @Nullable RuntimeException failure = null;
        Set<TypeId> overtaken = Set.of();
        try {
            overtaken = write(batch);
        } catch (DatabaseUnavailableException e) {
            failure = e;
        } catch (RuntimeException e) {
            if (batch.size() > 1) {
                batch.forEach(one -> writeAll(List.of(one)));
                return;
            }
            failure = e;
        }
        for (var one : batch) {
            one.written()
                    .accept(
                            overtaken.contains(one.step().run().run())
                                    ? Optional.of(new RunProgression.OvertakenException())
                                    : Optional.ofNullable(failure));
        }
    }

    /** Returns the runs that have moved on since. */
    private Set<TypeId> write(List<Pending> batch) {
        return database.write(tx -> {
            batch.get(0).leader().fence(tx);
            var current = tx.runs()
                    .lock(batch.stream().map(one -> one.step().run().run()).toList());
            var rows = new StepBatch(clock.instant());
            var overtaken = new HashSet<TypeId>();
            for (var one : batch) {
                var run = one.step().run();
                var progress = current.get(run.run());
                if (progress == null || isOvertaken(run, progress)) {
                    overtaken.add(run.run());
                } else {
                    one.step().effect().on(rows, progress);
                }
            }
            rows.write(tx, progression);
            return overtaken;
        });
    }

    /** Whether the run is in another state or attempt than it was, or somebody has asked to end it since. */
    private static boolean isOvertaken(UnderWay run, RunProgress current) {
        var isCanceled = current.cancelRequested() != null && !run.cancelRequested();
        return current.state() != run.state() || current.attempts() != run.number() || isCanceled;
    }
}
