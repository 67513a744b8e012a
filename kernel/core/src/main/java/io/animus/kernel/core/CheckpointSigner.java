package io.animus.kernel.core;

import io.animus.kernel.audit.log.Checkpoint;
import io.animus.kernel.audit.log.SigningKey;
import io.animus.kernel.audit.log.VerifierKey;
import io.animus.kernel.store.postgres.AuditLogRepository.State;
import io.animus.kernel.store.postgres.CheckpointRepository.LogKey;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Signs what is committed of the log: never what only this process believes of it. */
final class CheckpointSigner {
    private final Database database;
    private final LogKeys keys;
    private final Clock clock;
    private final Consumer<Integrator.Step> watch;

    CheckpointSigner(Database database, LogKeys keys, Clock clock, Consumer<Integrator.Step> watch) {
        this.database = database;
        this.keys = keys;
        this.clock = clock;
        this.watch = watch;
    }

    /**
     * Signs a checkpoint if the log has grown since the last one.
     *
     * @param epoch of the leader that asks
     * @return how many leaves are covered now
     * @throws LogStoppedException if the key that must sign is not here
     */
    long sign(long epoch) {
        var retired = new ArrayList<VerifierKey>();
        long covered = database.write(tx -> {
            tx.auditLog().hold(epoch);
            var state = Integrator.requireState(tx);
            var size = state.frontier().size();
            if (size == tx.checkpoints().covered()) {
                return size;
            }
            var signers = signers(tx, state);
            var checkpoint =
                    new Checkpoint(state.origin(), size, state.frontier().root());
            var note = checkpoint.sign(signers);
            watch.accept(Integrator.Step.SIGNED);
            tx.checkpoints().insert(checkpoint, note, now());
            if (signers.size() > 1) {
                retired.add(signers.get(0).verifier(state.origin()));
            }
            return size;
        });
        // Only now: had the commit failed, the old key would have had to sign again.
        retired.forEach(keys::remove);
        return covered;
    }

    /** One key, or the old and the new one on the first checkpoint that covers the event of a rotation. */
    private List<SigningKey> signers(Transaction tx, State state) {
        var known = tx.checkpoints().keys();
        if (known.isEmpty()) {
            var first = keys.make(state.origin());
            tx.checkpoints().insert(new LogKey(1, first.verifier(state.origin()), null, now()));
            return List.of(first);
        }
        var last = known.get(known.size() - 1);
        var event = last.event();
        if (event == null) {
            return List.of(require(last));
        }
        var index = tx.auditTree().indexOf(event);
        var before = known.get(known.size() - 2);
        if (index.isEmpty()) {
            return List.of(require(before));
        }
        return tx.checkpoints().covering(index.get()).isPresent()
                ? List.of(require(last))
                : List.of(require(before), require(last));
    }

    /** Whether the last rotation is through, so that the next one may begin. */
    static boolean isSettled(Transaction tx) {
        var known = tx.checkpoints().keys();
        if (known.isEmpty()) {
            return false;
        }
        return Optional.ofNullable(known.get(known.size() - 1).event())
                .map(event -> tx.auditTree()
                        .indexOf(event)
                        .flatMap(index -> tx.checkpoints().covering(index))
                        .isPresent())
                .orElse(true);
    }

    private SigningKey require(LogKey key) {
        return keys.find(key.key())
                .orElseThrow(() -> new LogStoppedException("The audit log can't be signed: this hub has no key "
                        + key.key().vkey()
                        + ". Put its file in the folder for the log's keys, from a hub that has it."));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
