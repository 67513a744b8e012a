package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_DEAD_LETTER;
import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_EVENT;
import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_LEAF;
import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_LOG;
import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_SINK;
import static java.util.stream.Collectors.toUnmodifiableSet;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.nullif;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;
import static org.jooq.impl.DSL.val;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.delivery.EntryFilter;
import io.animus.kernel.domain.delivery.SinkFeed;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Table {@code audit_sink}: how far each sink has the log. */
public final class SinkRepository {
    private static final Field<Long> SIZE =
            coalesce(field(select(AUDIT_LOG.SIZE).from(AUDIT_LOG)), 0L);
    private static final Field<Integer> DEAD_LETTERS = field(selectCount()
            .from(AUDIT_DEAD_LETTER)
            .where(AUDIT_DEAD_LETTER.SINK_ID.eq(AUDIT_SINK.ID))
            .and(AUDIT_DEAD_LETTER.REPLAYED_AT.isNull()));
    private static final Field<Instant> WAITS_SINCE = field(select(AUDIT_EVENT.AT)
            .from(AUDIT_LEAF)
            .join(AUDIT_EVENT)
            .on(AUDIT_EVENT.ID.eq(AUDIT_LEAF.EVENT_ID))
            .where(AUDIT_LEAF.LEAF_INDEX.eq(AUDIT_SINK.CURSOR.plus(1))));

    private static final Columns COLUMNS = Columns.of(
            ListFields.AUDIT_SINKS,
            Map.of(
                    "name", AUDIT_SINK.NAME,
                    "state", AUDIT_SINK.STATE,
                    "since", AUDIT_SINK.STATE_SINCE,
                    "cursor", nullif(AUDIT_SINK.CURSOR, -1L),
                    "deliveredAt", AUDIT_SINK.DELIVERED_AT),
            Key.id(AUDIT_SINK.ID),
            Key.instance(AUDIT_SINK.NAME));

    private final DSLContext sql;

    SinkRepository(DSLContext sql) {
        this.sql = sql;
    }

    /**
     * A sink and what it lacks.
     *
     * @param lag entries of the log that are not settled
     * @param waitsSince when the first of them happened; null if there is none
     * @param deadLetters those that were never taken, at a replay neither
     */
    public record Standing(SinkFeed sink, long lag, @Nullable Instant waitsSince, int deadLetters) {}

    /** Makes a row for a sink that has none; it starts at the first leaf. */
    public void create(TypeId id, String name, Instant now) {
        sql.insertInto(AUDIT_SINK)
                .set(AUDIT_SINK.ID, id)
                .set(AUDIT_SINK.NAME, name)
                .set(AUDIT_SINK.PROJECTS, new String[0])
                .set(AUDIT_SINK.ACTIONS, new String[0])
                .set(AUDIT_SINK.STATE, SinkFeed.State.RUNNING.word())
                .set(AUDIT_SINK.STATE_SINCE, now)
                .set(AUDIT_SINK.CREATED_AT, now)
                .onConflictDoNothing()
                .execute();
    }

    /** @param idOrName of the sink */
    public Optional<SinkFeed> find(String idOrName) {
        return sql.select(AUDIT_SINK.fields())
                .from(AUDIT_SINK)
                .where(named(idOrName))
                .fetchOptional(SinkRepository::sink);
    }

    /** @param idOrName of the sink */
    public Optional<Standing> standing(String idOrName) {
        return standings(named(idOrName)).stream().findFirst();
    }

    /** Those of these names that there are. */
    public List<Standing> standings(Collection<String> names) {
        return standings(AUDIT_SINK.NAME.in(names));
    }

    public Page<Standing> page(PageRequest request) {
        return Paging.page(
                sql.select(AUDIT_SINK.fields())
                        .select(SIZE, WAITS_SINCE, DEAD_LETTERS)
                        .from(AUDIT_SINK),
                new Scan(sql, AUDIT_SINK, noCondition(), COLUMNS),
                request,
                SinkRepository::standing);
    }

    /**
     * Stores how far a sink was fed, and that entries flow; the cursor stays where it is if that is further.
     *
     * @param settled all up to this leaf index
     * @param rewind where to start again after a failure, for a sink that doesn't acknowledge
     */
    public void advance(TypeId id, long settled, long rewind, Instant now) {
        sql.update(AUDIT_SINK)
                .set(AUDIT_SINK.CURSOR, field("greatest({0}, {1})", Long.class, AUDIT_SINK.CURSOR, val(settled)))
                .set(AUDIT_SINK.REWIND, rewind)
                .set(
                        AUDIT_SINK.STATE_SINCE,
                        field(
                                "case when {0} = 'running' then {1} else {2} end",
                                Instant.class,
                                AUDIT_SINK.STATE,
                                AUDIT_SINK.STATE_SINCE,
                                val(now, AUDIT_SINK.STATE_SINCE)))
                .set(AUDIT_SINK.STATE, SinkFeed.State.RUNNING.word())
                .setNull(AUDIT_SINK.REASON)
                .set(AUDIT_SINK.DELIVERED_AT, now)
                .where(AUDIT_SINK.ID.eq(id))
                .execute();
    }

    /** Stores that entries don't flow, and why. */
    public void stop(TypeId id, SinkFeed.State state, String reason, Instant now) {
        sql.update(AUDIT_SINK)
                .set(AUDIT_SINK.STATE, state.word())
                .set(AUDIT_SINK.REASON, reason)
                .set(AUDIT_SINK.STATE_SINCE, now)
                .where(AUDIT_SINK.ID.eq(id))
                .and(AUDIT_SINK.STATE.ne(state.word()).or(AUDIT_SINK.REASON.isDistinctFrom(reason)))
                .execute();
    }

    /** Stores a new filter; false if it was changed by somebody else since it was read. */
    public boolean filter(TypeId id, EntryFilter filter, long version) {
        return sql.update(AUDIT_SINK)
                        .set(
                                AUDIT_SINK.PROJECTS,
                                filter.projects().stream()
                                        .map(TypeId::value)
                                        .sorted()
                                        .toArray(String[]::new))
                        .set(
                                AUDIT_SINK.ACTIONS,
                                filter.actions().stream().sorted().toArray(String[]::new))
                        .set(AUDIT_SINK.VERSION, version + 1)
                        .where(AUDIT_SINK.ID.eq(id).and(AUDIT_SINK.VERSION.eq(version)))
                        .execute()
                == 1;
    }

    private List<Standing> standings(Condition which) {
        return sql.select(AUDIT_SINK.fields())
                .select(SIZE, WAITS_SINCE, DEAD_LETTERS)
                .from(AUDIT_SINK)
                .where(which)
                .orderBy(AUDIT_SINK.NAME)
                .fetch(SinkRepository::standing);
    }

    private static Condition named(String idOrName) {
        return TypeId.isForm(SinkFeed.PREFIX, idOrName)
                ? AUDIT_SINK.ID.eq(new TypeId(idOrName))
                : AUDIT_SINK.NAME.eq(idOrName);
    }

    private static Standing standing(Record row) {
        var sink = sink(row);
        return new Standing(sink, row.get(SIZE) - 1 - sink.cursor(), row.get(WAITS_SINCE), row.get(DEAD_LETTERS));
    }

    private static SinkFeed sink(Record row) {
        return new SinkFeed(
                row.get(AUDIT_SINK.ID),
                row.get(AUDIT_SINK.NAME),
                new EntryFilter(
                        Arrays.stream(row.get(AUDIT_SINK.PROJECTS))
                                .map(TypeId::new)
                                .collect(toUnmodifiableSet()),
                        Arrays.stream(row.get(AUDIT_SINK.ACTIONS)).collect(toUnmodifiableSet())),
                row.get(AUDIT_SINK.CURSOR),
                row.get(AUDIT_SINK.REWIND),
                SinkFeed.State.of(row.get(AUDIT_SINK.STATE)),
                row.get(AUDIT_SINK.REASON),
                row.get(AUDIT_SINK.STATE_SINCE),
                row.get(AUDIT_SINK.DELIVERED_AT),
                row.get(AUDIT_SINK.VERSION));
    }
}
