package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_LOG;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.val;

import io.animus.api.types.TypeId;
import io.animus.kernel.audit.log.Frontier;
import io.animus.kernel.audit.log.Hash;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;

/**
 * The growing end of the audit log: table {@code audit_log}, the events that are not in it yet, and the rows that they
 * become in {@code audit_leaf} and {@code audit_subtree}. For the one sequencer that leads.
 */
public final class AuditLogRepository {
    private static final Field<String> CURSOR_TX = field("audit_log.cursor_tx::text", String.class);
    private static final Field<Long> SYSTEM_IDENTIFIER =
            field("(select system_identifier from pg_control_system())", Long.class);

    /** What {@link #pending} asks; each event is looked at once, however long its transaction or the backlog is. */
    static final String NEXT =
            """
            select e.tx::text, e.id, e.leaf from audit_event e
            where e.tx > ?::xid8 and e.tx < pg_snapshot_xmin(pg_current_snapshot()) %s
            order by e.tx fetch first ? rows with ties""";

    // UUIDs compare as signed numbers, in the database and everywhere else they don't.
    private static final Comparator<Pending> BY_ID = Comparator.<Pending>comparingLong(
                    event -> event.event().getMostSignificantBits() ^ Long.MIN_VALUE)
            .thenComparingLong(event -> event.event().getLeastSignificantBits() ^ Long.MIN_VALUE);

    private static final String NOT_IN_LOG = "not exists (select from audit_leaf l where l.event_id = e.id)";

    private final DSLContext sql;

    AuditLogRepository(DSLContext sql) {
        this.sql = sql;
    }

    /**
     * The log as it is.
     *
     * @param systemIdentifier of the database system that the cursor belongs to
     * @param rebased whether it came from another database system, so that events may have to be looked up one by one
     * @param epoch of the leader that moves it
     * @param cursor the last transaction whose events are in the log, as PostgreSQL writes its id; {@code 0} before the first
     */
    public record State(
            TypeId hubId,
            String origin,
            long systemIdentifier,
            boolean rebased,
            long epoch,
            Frontier frontier,
            String cursor) {}

    /**
     * An event that is committed, and before which no other one can appear any more.
     *
     * @param tx id of its transaction, as PostgreSQL writes it
     * @param event number of the event's id
     */
    public record Pending(String tx, UUID event, byte[] leaf) {}

    /**
     * A leaf to append.
     *
     * @param event number of the event's id
     */
    public record LeafRow(UUID event, Hash hash) {}

    /** Empty before {@link #create}. */
    public Optional<State> find() {
        return sql.select(
                        AUDIT_LOG.HUB_ID,
                        AUDIT_LOG.ORIGIN,
                        AUDIT_LOG.SYSTEM_IDENTIFIER,
                        AUDIT_LOG.REBASED,
                        AUDIT_LOG.EPOCH,
                        AUDIT_LOG.SIZE,
                        AUDIT_LOG.FRONTIER,
                        CURSOR_TX)
                .from(AUDIT_LOG)
                .fetchOptional(AuditLogRepository::state);
    }

    /** Makes the log, empty, unless it is there. */
    public void create(TypeId hubId, String origin) {
        sql.insertInto(AUDIT_LOG)
                .set(AUDIT_LOG.HUB_ID, hubId)
                .set(AUDIT_LOG.ORIGIN, origin)
                .set(AUDIT_LOG.SYSTEM_IDENTIFIER, SYSTEM_IDENTIFIER)
                .onConflictDoNothing()
                .execute();
    }

    /** Which database system this is; a restored dump is another one. */
    public long systemIdentifier() {
        return sql.select(SYSTEM_IDENTIFIER).fetchSingle().value1();
    }

    /** From now on only the leader of this epoch moves the log; false if a later one does already. */
    public boolean lead(long epoch) {
        return sql.update(AUDIT_LOG)
                        .set(AUDIT_LOG.EPOCH, epoch)
                        .where(AUDIT_LOG.EPOCH.lt(epoch))
                        .execute()
                == 1;
    }

    /**
     * Holds the log where it is until the transaction ends.
     *
     * @throws DatabaseUnavailableException if a later epoch leads
     */
    public void hold(long epoch) {
        var held = sql.select(AUDIT_LOG.SIZE)
                .from(AUDIT_LOG)
                .where(AUDIT_LOG.EPOCH.eq(epoch))
                .forUpdate()
                .fetchOptional();
        if (held.isEmpty()) {
            throw overtaken(epoch);
        }
    }

    /** Puts the cursor at the start of this database system: what follows is found by looking at what is not in the log. */
    public void rebase() {
        sql.update(AUDIT_LOG)
                .set(AUDIT_LOG.SYSTEM_IDENTIFIER, SYSTEM_IDENTIFIER)
                .set(AUDIT_LOG.REBASED, true)
                .set(position("0"))
                .execute();
    }

    /**
     * The events that come next, in order, among those that no running transaction can come before. Read this before
     * anything is written in the transaction: from then on it holds back the horizon itself.
     *
     * @param limit after which no other transaction begins; the last one comes whole
     */
    public List<Pending> pending(String cursor, boolean rebased, int limit) {
        var events = rows(NEXT.formatted(rebased ? "and " + NOT_IN_LOG : ""), statement -> {
            statement.setString(1, cursor);
            statement.setInt(2, limit);
        });
        sortWithinTransactions(events);
        return events;
    }

    /** They come in the order of the transactions, from an index that knows no more. */
    private static void sortWithinTransactions(List<Pending> events) {
        var begin = 0;
        for (var end = 1; end <= events.size(); end++) {
            if (end == events.size()
                    || !events.get(end).tx().equals(events.get(begin).tx())) {
                events.subList(begin, end).sort(BY_ID);
                begin = end;
            }
        }
    }

    /** The events, in order, that are not in the log and not of a transaction of this database system. */
    public List<Pending> left(int limit) {
        return rows(
                """
                select e.tx::text, e.id, e.leaf from audit_event e
                where e.tx >= pg_snapshot_xmax(pg_current_snapshot()) and %s
                order by e.tx, e.id limit ?"""
                        .formatted(NOT_IN_LOG),
                statement -> statement.setInt(1, limit));
    }

    /**
     * Appends leaves and moves the log to where they end.
     *
     * @param epoch of the leader that asks
     * @param from the log before
     * @param cursor where the log is then
     * @throws DatabaseUnavailableException if a later epoch leads, or the log is not as {@code from} says any more
     */
    public void append(long epoch, State from, List<LeafRow> leaves, Frontier.Growth growth, String cursor) {
        var grown = growth.frontier();
        var moved = sql.update(AUDIT_LOG)
                .set(AUDIT_LOG.SIZE, grown.size())
                .set(AUDIT_LOG.FRONTIER, Hash.join(grown.subtrees()))
                .set(position(cursor))
                .where(AUDIT_LOG.EPOCH.eq(epoch))
                .and(AUDIT_LOG.SIZE.eq(from.frontier().size()))
                .execute();
        if (moved == 0) {
            throw overtaken(epoch);
        }
        // After the row of the log is locked, so that who leads no more waits there and not at a key that is taken.
        sql.connection(connection -> copy(connection, from.frontier().size(), leaves, growth.completed()));
    }

    /** When the first event happened that is not in the log; empty if all are. */
    public Optional<Instant> firstPending(String cursor, boolean rebased) {
        return sql.fetchOptional(
                        "select e.at from audit_event e where e.tx > {0}::xid8 %s order by e.tx limit 1"
                                .formatted(rebased ? "and " + NOT_IN_LOG : ""),
                        val(cursor))
                .map(row -> row.get(0, Instant.class));
    }

    private static void copy(
            Connection connection, long first, List<LeafRow> leaves, List<Frontier.Completed> completed)
            throws SQLException {
        try (var rows = new BinaryCopy(connection, "copy audit_leaf (leaf_index, event_id, hash) from stdin binary")) {
            var index = first;
            for (var leaf : leaves) {
                rows.row(3).bigint(index++).uuid(leaf.event()).bytes(leaf.hash().bytes());
            }
            rows.finish();
        } catch (IOException e) {
            throw BinaryCopy.cause(e);
        }
        if (completed.isEmpty()) {
            return;
        }
        try (var rows = new BinaryCopy(connection, "copy audit_subtree (level, position, hash) from stdin binary")) {
            for (var one : completed) {
                rows.row(3)
                        .smallint(one.level())
                        .bigint(one.subtree().index())
                        .bytes(one.hash().bytes());
            }
            rows.finish();
        } catch (IOException e) {
            throw BinaryCopy.cause(e);
        }
    }

    /** Sets the parameters of a statement. */
    @FunctionalInterface
    private interface Parameters {
        void set(PreparedStatement statement) throws SQLException;
    }

    // Through JDBC: of thousands of rows a second, jOOQ's records cost more than reading them.
    private List<Pending> rows(String query, Parameters parameters) {
        return sql.connectionResult(connection -> {
            try (var statement = connection.prepareStatement(query)) {
                parameters.set(statement);
                var pending = new ArrayList<Pending>();
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        pending.add(new Pending(rows.getString(1), rows.getObject(2, UUID.class), rows.getBytes(3)));
                    }
                }
                return pending;
            }
        });
    }

    private static DatabaseUnavailableException overtaken(long epoch) {
        return new DatabaseUnavailableException(
                new IllegalStateException("another hub has moved the audit log since epoch " + epoch));
    }

    private static Map<Field<?>, Object> position(String cursor) {
        return Map.of(field(name("cursor_tx"), Object.class), field("{0}::xid8", Object.class, val(cursor)));
    }

    private static State state(Record row) {
        return new State(
                row.get(AUDIT_LOG.HUB_ID),
                row.get(AUDIT_LOG.ORIGIN),
                row.get(AUDIT_LOG.SYSTEM_IDENTIFIER),
                row.get(AUDIT_LOG.REBASED),
                row.get(AUDIT_LOG.EPOCH),
                new Frontier(row.get(AUDIT_LOG.SIZE), Hash.split(row.get(AUDIT_LOG.FRONTIER))),
                row.get(CURSOR_TX));
    }
}
