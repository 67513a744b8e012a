package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_DEAD_LETTER;
import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_LEAF;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.delivery.DeadLetter;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Table {@code audit_dead_letter}: entries that a sink refused for good, each of them once. */
public final class DeadLetterRepository {
    private static final Columns COLUMNS = Columns.of(
            ListFields.DEAD_LETTERS,
            Map.of(
                    "leafIndex", AUDIT_DEAD_LETTER.LEAF_INDEX,
                    "reason", AUDIT_DEAD_LETTER.REASON,
                    "refusedAt", AUDIT_DEAD_LETTER.REFUSED_AT,
                    "replayWantedAt", AUDIT_DEAD_LETTER.REPLAY_WANTED_AT,
                    "replays", AUDIT_DEAD_LETTER.REPLAYS,
                    "replayReason", AUDIT_DEAD_LETTER.REPLAY_REASON,
                    "replayedAt", AUDIT_DEAD_LETTER.REPLAYED_AT),
            Key.leafIndex(AUDIT_DEAD_LETTER.LEAF_INDEX));

    private final DSLContext sql;

    DeadLetterRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** Keeps those that are not there yet. */
    public void insert(TypeId sink, Map<Long, String> reasons, Instant now) {
        reasons.forEach((index, reason) -> sql.insertInto(AUDIT_DEAD_LETTER)
                .set(AUDIT_DEAD_LETTER.SINK_ID, sink)
                .set(AUDIT_DEAD_LETTER.LEAF_INDEX, index)
                .set(AUDIT_DEAD_LETTER.REASON, reason)
                .set(AUDIT_DEAD_LETTER.REFUSED_AT, now)
                .onConflictDoNothing()
                .execute());
    }

    public Page<DeadLetter> page(TypeId sink, PageRequest request) {
        return Paging.page(
                sql.select(AUDIT_DEAD_LETTER.fields())
                        .select(AUDIT_LEAF.EVENT_ID)
                        .from(AUDIT_DEAD_LETTER)
                        .join(AUDIT_LEAF)
                        .on(AUDIT_LEAF.LEAF_INDEX.eq(AUDIT_DEAD_LETTER.LEAF_INDEX)),
                new Scan(sql, AUDIT_DEAD_LETTER, AUDIT_DEAD_LETTER.SINK_ID.eq(sink), COLUMNS),
                request,
                DeadLetterRepository::letter);
    }

    /**
     * Asks that they are sent again: those that nobody has taken and nobody waits for.
     *
     * @param indexes null for all
     * @return how many
     */
    public int want(TypeId sink, @Nullable Collection<Long> indexes, Instant now) {
        var which = AUDIT_DEAD_LETTER
                .SINK_ID
                .eq(sink)
                .and(AUDIT_DEAD_LETTER.REPLAYED_AT.isNull())
                .and(AUDIT_DEAD_LETTER.REPLAY_WANTED_AT.isNull());
        return sql.update(AUDIT_DEAD_LETTER)
                .set(AUDIT_DEAD_LETTER.REPLAY_WANTED_AT, now)
                .where(indexes == null ? which : which.and(AUDIT_DEAD_LETTER.LEAF_INDEX.in(indexes)))
                .execute();
    }

    /** The first ones that are to be sent again, by leaf index. */
    public List<Long> wanted(TypeId sink, int limit) {
        return sql.select(AUDIT_DEAD_LETTER.LEAF_INDEX)
                .from(AUDIT_DEAD_LETTER)
                .where(AUDIT_DEAD_LETTER.SINK_ID.eq(sink))
                .and(AUDIT_DEAD_LETTER.REPLAY_WANTED_AT.isNotNull())
                .orderBy(AUDIT_DEAD_LETTER.LEAF_INDEX)
                .limit(limit)
                .fetch(AUDIT_DEAD_LETTER.LEAF_INDEX);
    }

    /**
     * Stores what came of a replay.
     *
     * @param replayed those that were sent again
     * @param reasons those among them that were refused again, and why
     */
    public void settle(TypeId sink, Collection<Long> replayed, Map<Long, String> reasons, Instant now) {
        for (var index : replayed) {
            var reason = reasons.get(index);
            sql.update(AUDIT_DEAD_LETTER)
                    .setNull(AUDIT_DEAD_LETTER.REPLAY_WANTED_AT)
                    .set(AUDIT_DEAD_LETTER.REPLAYS, AUDIT_DEAD_LETTER.REPLAYS.plus(1))
                    .set(AUDIT_DEAD_LETTER.REPLAY_REASON, reason)
                    .set(AUDIT_DEAD_LETTER.REPLAYED_AT, reason == null ? now : null)
                    .where(AUDIT_DEAD_LETTER.SINK_ID.eq(sink).and(AUDIT_DEAD_LETTER.LEAF_INDEX.eq(index)))
                    .execute();
        }
    }

    private static DeadLetter letter(Record row) {
        return new DeadLetter(
                row.get(AUDIT_DEAD_LETTER.LEAF_INDEX),
                row.get(AUDIT_LEAF.EVENT_ID),
                row.get(AUDIT_DEAD_LETTER.REASON),
                row.get(AUDIT_DEAD_LETTER.REFUSED_AT),
                row.get(AUDIT_DEAD_LETTER.REPLAY_WANTED_AT),
                row.get(AUDIT_DEAD_LETTER.REPLAYS),
                row.get(AUDIT_DEAD_LETTER.REPLAY_REASON),
                row.get(AUDIT_DEAD_LETTER.REPLAYED_AT));
    }
}
