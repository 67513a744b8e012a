package io.animus.kernel.core;

import io.animus.kernel.audit.log.TreeHasher;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.store.postgres.AuditLogRepository.LeafRow;
import io.animus.kernel.store.postgres.AuditLogRepository.Pending;
import io.animus.kernel.store.postgres.AuditLogRepository.State;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Puts committed events into the log. Each batch is one transaction that reads where the log ends, appends and moves the
 * end, so that a crash anywhere leaves the log as it was before the batch or after it. Keeps nothing in memory between two.
 */
final class Integrator {
    /** With how many events a batch is full; it ends with the transaction of the last one. */
    static final int BATCH = 4096;

    private final Database database;
    private final Consumer<Step> watch;

    /** Where a test may end the world. */
    enum Step {
        READ,
        HASHED,
        APPENDED,
        COMMITTED,
        /** A checkpoint is signed, and nobody but this process has seen it. */
        SIGNED
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
        int count = database.write(tx -> {
            var from = requireState(tx);
            if (!isAtHome(tx, from)) {
                throw new LogStoppedException(
                        "The audit log was restored into another database system. No event is lost, but none"
                                + " gets into the log until somebody re-bases it.");
            }
            var next = tx.auditLog().pending(from.cursor(), from.rebased(), BATCH);
            if (!next.isEmpty()) {
                watch.accept(Step.READ);
                append(epoch, tx, from, next, next.get(next.size() - 1).tx(), watch);
            }
            return next.size();
        });
        if (count > 0) {
            watch.accept(Step.COMMITTED);
        }
        return count;
    }

    /**
     * Part of a change after a restore into another database system: takes in what had not got into the log there, and
     * starts to count transactions anew. Holds the log until the change is committed, so that it needs not to lead.
     *
     * @return how many events were taken in
     * @throws RefusedException if this is the database system that the log belongs to
     */
    static int rebase(Transaction tx) {
        var epoch = requireState(tx).epoch();
        tx.auditLog().hold(epoch);
        if (isAtHome(tx, requireState(tx))) {
            throw RefusedException.of(
                    ProblemCode.STATE_CONFLICT, "The audit log is in the database system that it belongs to.");
        }
        tx.auditLog().rebase();
        var sum = 0;
        for (var left = tx.auditLog().left(BATCH);
                !left.isEmpty();
                left = tx.auditLog().left(BATCH)) {
            var from = requireState(tx);
            append(epoch, tx, from, left, from.cursor(), step -> {});
            sum += left.size();
        }
        return sum;
    }

    private static void append(
            long epoch, Transaction tx, State from, List<Pending> next, String cursor, Consumer<Step> watch) {
        var hasher = new TreeHasher();
        var rows = new ArrayList<LeafRow>(next.size());
        for (var event : next) {
            rows.add(new LeafRow(event.event(), hasher.leaf(event.leaf())));
        }
        var growth = from.frontier().append(rows.stream().map(LeafRow::hash).toList());
        watch.accept(Step.HASHED);
        tx.auditLog().append(epoch, from, rows, growth, cursor);
        watch.accept(Step.APPENDED);
    }

    static State requireState(Transaction tx) {
        return tx.auditLog().find().orElseThrow(() -> new IllegalStateException("there is no log yet"));
    }

    private static boolean isAtHome(Transaction tx, State state) {
        return tx.auditLog().systemIdentifier() == state.systemIdentifier();
    }
}
