package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.log.Checkpoint;
import io.animus.kernel.audit.log.Cosignature;
import io.animus.kernel.audit.log.Note;
import io.animus.kernel.audit.log.VerifierKey;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.store.postgres.CheckpointRepository.LogKey;
import io.animus.kernel.store.postgres.CheckpointRepository.Signed;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Use cases of what the audit log is trusted by: its keys, its witnesses, and the database system that it belongs to. Safe for
 * many threads.
 */
@Component(service = LogTrust.class)
public final class LogTrust {
    private static final String KEY = "auditKey";
    private static final String CHECKPOINT = "checkpoint";
    private static final String LOG = "auditLog";

    private final Gate gate;
    private final Sequencer sequencer;

    @Activate
    public LogTrust(@Reference(name = "gate") Gate gate, @Reference(name = "sequencer") Sequencer sequencer) {
        this.gate = gate;
        this.sequencer = sequencer;
    }

    /**
     * A key of the log.
     *
     * @param number counts the keys, from 1
     * @param event of the rotation that brought it; null for the first
     */
    public record Key(int number, VerifierKey key, @Nullable TypeId event, Instant made) {
        static Key of(LogKey key) {
            return new Key(key.number(), key.key(), key.event(), key.made());
        }
    }

    /**
     * A checkpoint with the cosignatures that are known.
     *
     * @param size leaves that it covers
     */
    public record Cosigned(long size, Note note) {}

    /**
     * The log goes on in this database system.
     *
     * @param size leaves after it
     * @param takenIn events that were restored and had not got into the log
     */
    public record Rebased(long size, long takenIn) {}

    /** All keys that the log ever had, the first one first; none before its first checkpoint. */
    public List<Key> keys(Caller caller) {
        return gate.readHub(
                caller, Target.inHub(KEY, null), Permission.READ_AUDIT, tx -> tx.checkpoints().keys().stream()
                        .map(Key::of)
                        .toList());
    }

    /** Brings a new key. Only on the hub that writes the log, because the private half never leaves it. */
    public Answer<Key> rotate(Caller caller, @Nullable Once<Key> once) {
        return gate.changeHub(caller, Target.inHub(KEY, null), Permission.CHANGE_TRUST_ROOTS, once, change -> {
            if (!sequencer.isLeading()) {
                throw RefusedException.of(
                        ProblemCode.STATE_CONFLICT, "Another hub writes the audit log now. Ask that one.");
            }
            return Key.of(new KeyRotation(sequencer.keys()).rotate(change));
        });
    }

    /**
     * Keeps what a witness said of one of our checkpoints.
     *
     * @param note the checkpoint as the witness returned it
     * @param witness the key that is to have signed it
     * @throws RefusedException if it is not one of ours, or the witness has not signed it
     */
    public Answer<Cosigned> cosign(Caller caller, @Nullable Once<Cosigned> once, Note note, VerifierKey witness) {
        return gate.changeHub(caller, Target.inHub(CHECKPOINT, null), Permission.CHANGE_TRUST_ROOTS, once, change -> {
            var own = requireOwn(change, note);
            var news = false;
            for (var line : note.signatures()) {
                if (line.isOf(witness)) {
                    var cosignature = Cosignature.verify(note.text(), line, witness)
                            .orElseThrow(() -> wrong("The signature of " + witness.name() + " is wrong."));
                    news |= change.tx().checkpoints().insert(own.size(), line, cosignature, change.now());
                }
            }
            if (news) {
                change.audit(
                        Action.LOG_COSIGNED,
                        Integrator.requireState(change.tx()).hubId(),
                        Json.object()
                                .put("witness", witness.vkey())
                                .put("size", own.size())
                                .build());
            } else if (note.signatures().stream().anyMatch(line -> line.isOf(witness))) {
                change.unchanged();
            } else {
                throw wrong(witness.name() + " has not signed it.");
            }
            return new Cosigned(
                    own.size(),
                    change.tx().checkpoints().find(own.size()).orElseThrow().note());
        });
    }

    /** Lets the log go on after a restore into another database system, where it stands still until somebody says so. */
    public Answer<Rebased> rebase(Caller caller, @Nullable Once<Rebased> once) {
        return gate.changeHub(caller, Target.inHub(LOG, null), Permission.CHANGE_TRUST_ROOTS, once, change -> {
            var tx = change.tx();
            var takenIn = Integrator.rebase(tx);
            var log = Integrator.requireState(tx);
            var size = log.frontier().size();
            change.audit(
                    Action.LOG_REBASED,
                    log.hubId(),
                    Json.object().put("size", size).put("takenIn", takenIn).build());
            return new Rebased(size, takenIn);
        });
    }

    private static Signed requireOwn(Change change, Note note) {
        Checkpoint checkpoint;
        try {
            checkpoint = Checkpoint.parse(note.text());
        } catch (IllegalArgumentException e) {
            throw wrong("It is not a checkpoint.");
        }
        if (!checkpoint.origin().equals(Integrator.requireState(change.tx()).origin())) {
            throw wrong("It is of another log.");
        }
        var own = change.tx()
                .checkpoints()
                .find(checkpoint.size())
                .orElseThrow(
                        () -> RefusedException.of(
                                ProblemCode.STATE_CONFLICT,
                                "This log has no checkpoint of that size. If it once had, the log was cut or restored: keep the note."));
        if (!own.note().text().equals(note.text())) {
            throw RefusedException.of(
                    ProblemCode.STATE_CONFLICT,
                    "This log's checkpoint of that size is another one. The note may prove a fork: keep it.");
        }
        return own;
    }

    private static RefusedException wrong(String why) {
        return RefusedException.at("/note", ProblemCode.INVALID_VALUE, why);
    }
}
