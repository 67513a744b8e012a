package io.animus.kernel.core;

import io.animus.kernel.audit.log.TreeHasher;
import io.animus.kernel.store.postgres.AuditLogRepository.LeafRow;
import io.animus.kernel.store.postgres.AuditLogRepository.Pending;
import io.animus.kernel.store.postgres.AuditLogRepository.State;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Puts committed events into the log. Each batch is one transaction that reads where the log ends, appends and moves the
 * end, so that a crash anywhere leaves the log as it was before the batch or after it. Keeps nothing in memory between two.
 */
final class Integrator {
    /** The most events in one batch. */
    static final int BATCH = 4096;

    private final Database database;
    private final Consumer<Step> watch;

    /** Where a test may end the world. */
    enum Step {
        READ,
        HASHED,
        APPENDED,
        COMMITTED
    }

    Integrator(Database database) {
        this(database, step -> {});
    }

    Integrator(Database database, Consumer<Step> watch) {
        this.database = database;
        this.watch = watch;
    }

    /**
     * Appends one batch.
     *
     * @param epoch of the leader that asks
     * @return how many events it had; less than {@link #BATCH} if no more are waiting now
     * @throws LogStoppedException if this is not the database system that the log belongs to
     * @throws DatabaseUnavailableException if another hub leads, or the database is away
     */
    int integrate(long epoch) {
        return batch(tx -> {
            var from = requireState(tx);
            requireSameSystem(tx, from);
            var next = tx.auditLog().pending(from.cursor(), from.rebased(), BATCH);
            return append(epoch, tx, from, next, false);
        });
    }

    /**
     * After a restore into another database system: takes in what had not got into the log there, and starts to count
     * transactions anew.
     *
     * @return how many events were taken in
     */
    int rebase(long epoch) {
        database.write(tx -> {
            tx.auditLog().hold(epoch);
            tx.auditLog().rebase();
            return true;
        });
        var sum = 0;
        int taken;
        do {
            taken = batch(
                    tx -> append(epoch, tx, requireState(tx), tx.auditLog().left(BATCH), true));
            sum += taken;
        } while (taken > 0);
        return sum;
    }

    private int batch(Function<Transaction, Integer> work) {
        int count = database.write(work);
        if (count > 0) {
            watch.accept(Step.COMMITTED);
        }
        return count;
    }

    private int append(long epoch, Transaction tx, State from, List<Pending> next, boolean leaveCursor) {
        if (next.isEmpty()) {
            return 0;
        }
        watch.accept(Step.READ);
        var hasher = new TreeHasher();
        var rows = new ArrayList<LeafRow>(next.size());
        for (var event : next) {
            rows.add(new LeafRow(event.cursor().id(), hasher.leaf(event.leaf())));
        }
        var growth = from.frontier().append(rows.stream().map(LeafRow::hash).toList());
        watch.accept(Step.HASHED);
        var cursor = leaveCursor ? from.cursor() : next.get(next.size() - 1).cursor();
        tx.auditLog().append(epoch, from, rows, growth, cursor);
        watch.accept(Step.APPENDED);
        return rows.size();
    }

    static State requireState(Transaction tx) {
        return tx.auditLog().find().orElseThrow(() -> new IllegalStateException("there is no log yet"));
    }

    private static void requireSameSystem(Transaction tx, State state) {
        if (tx.auditLog().systemIdentifier() != state.systemIdentifier()) {
            throw new LogStoppedException(
                    "The audit log was restored into another database system. No event is lost, but none"
                            + " gets into the log until somebody re-bases it.");
        }
    }
}
