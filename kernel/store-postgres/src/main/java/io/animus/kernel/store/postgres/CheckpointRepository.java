package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_CHECKPOINT;
import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_COSIGNATURE;
import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_KEY;

import io.animus.api.types.TypeId;
import io.animus.kernel.audit.log.Checkpoint;
import io.animus.kernel.audit.log.Cosignature;
import io.animus.kernel.audit.log.Note;
import io.animus.kernel.audit.log.VerifierKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Checkpoints, what witnesses added to them, and the keys that signed them. */
public final class CheckpointRepository {
    private final DSLContext sql;

    CheckpointRepository(DSLContext sql) {
        this.sql = sql;
    }

    /**
     * A checkpoint.
     *
     * @param note with the cosignatures there are
     */
    public record Signed(long size, Note note, Instant at) {}

    /**
     * A key of the log.
     *
     * @param number counts the keys, from 1
     * @param event the event of the rotation that brought it; null for the first
     */
    public record LogKey(int number, VerifierKey key, @Nullable TypeId event, Instant made) {}

    /** False if there is a checkpoint of that size. */
    public boolean insert(Checkpoint checkpoint, Note note, Instant now) {
        return sql.insertInto(AUDIT_CHECKPOINT)
                        .set(AUDIT_CHECKPOINT.SIZE, checkpoint.size())
                        .set(AUDIT_CHECKPOINT.ROOT, checkpoint.root().bytes())
                        .set(AUDIT_CHECKPOINT.NOTE, note.format())
                        .set(AUDIT_CHECKPOINT.SIGNED_AT, now)
                        .onConflictDoNothing()
                        .execute()
                == 1;
    }

    /** The newest one. */
    public Optional<Signed> latest() {
        return find(DSL.noCondition(), true);
    }

    /** The one of exactly this size. */
    public Optional<Signed> find(long size) {
        return find(AUDIT_CHECKPOINT.SIZE.eq(size), true);
    }

    /** The oldest one that covers a leaf. */
    public Optional<Signed> covering(long leafIndex) {
        return find(AUDIT_CHECKPOINT.SIZE.gt(leafIndex), false);
    }

    /** How many leaves the newest checkpoint covers; 0 before the first. */
    public long covered() {
        return sql.select(DSL.coalesce(DSL.max(AUDIT_CHECKPOINT.SIZE), 0L))
                .from(AUDIT_CHECKPOINT)
                .fetchSingle()
                .value1();
    }

    /** Keeps what a witness said of the checkpoint of this size; false if it is known. */
    public boolean insert(long size, Note.Signature line, Cosignature cosignature, Instant now) {
        return sql.insertInto(AUDIT_COSIGNATURE)
                        .set(AUDIT_COSIGNATURE.SIZE, size)
                        .set(AUDIT_COSIGNATURE.LINE, line.line())
                        .set(AUDIT_COSIGNATURE.WITNESS, cosignature.witness().vkey())
                        .set(AUDIT_COSIGNATURE.COSIGNED_AT, cosignature.at())
                        .set(AUDIT_COSIGNATURE.IMPORTED_AT, now)
                        .onConflictDoNothing()
                        .execute()
                == 1;
    }

    /** False if there is a key of that number. */
    public boolean insert(LogKey key) {
        return sql.insertInto(AUDIT_KEY)
                        .set(AUDIT_KEY.NUMBER, key.number())
                        .set(AUDIT_KEY.VKEY, key.key().vkey())
                        .set(AUDIT_KEY.EVENT_ID, key.event())
                        .set(AUDIT_KEY.MADE_AT, key.made())
                        .onConflictDoNothing()
                        .execute()
                == 1;
    }

    /** All keys that the log ever had, the first one first. */
    public List<LogKey> keys() {
        return sql.select(AUDIT_KEY.NUMBER, AUDIT_KEY.VKEY, AUDIT_KEY.EVENT_ID, AUDIT_KEY.MADE_AT)
                .from(AUDIT_KEY)
                .orderBy(AUDIT_KEY.NUMBER)
                .fetch(row -> new LogKey(
                        row.get(AUDIT_KEY.NUMBER),
                        VerifierKey.parse(row.get(AUDIT_KEY.VKEY)),
                        row.get(AUDIT_KEY.EVENT_ID),
                        row.get(AUDIT_KEY.MADE_AT)));
    }

    private Optional<Signed> find(Condition which, boolean newest) {
        return sql.select(AUDIT_CHECKPOINT.SIZE, AUDIT_CHECKPOINT.NOTE, AUDIT_CHECKPOINT.SIGNED_AT)
                .from(AUDIT_CHECKPOINT)
                .where(which)
                .orderBy(newest ? AUDIT_CHECKPOINT.SIZE.desc() : AUDIT_CHECKPOINT.SIZE.asc())
                .limit(1)
                .fetchOptional(row -> new Signed(
                        row.get(AUDIT_CHECKPOINT.SIZE),
                        cosigned(row.get(AUDIT_CHECKPOINT.SIZE), Note.parse(row.get(AUDIT_CHECKPOINT.NOTE))),
                        row.get(AUDIT_CHECKPOINT.SIGNED_AT)));
    }

    private Note cosigned(long size, Note note) {
        var cosigned = note;
        var lines = sql.select(AUDIT_COSIGNATURE.LINE)
                .from(AUDIT_COSIGNATURE)
                .where(AUDIT_COSIGNATURE.SIZE.eq(size))
                .orderBy(AUDIT_COSIGNATURE.COSIGNED_AT)
                .limit(Note.MAX_SIGNATURES - note.signatures().size())
                .fetch(AUDIT_COSIGNATURE.LINE);
        for (var line : lines) {
            cosigned = cosigned.with(Note.Signature.parse(line));
        }
        return cosigned;
    }
}
