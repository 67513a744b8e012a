package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_EVENT;
import static io.animus.kernel.store.postgres.generated.Tables.AUDIT_NODE;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.val;

import io.animus.api.types.TypeId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jooq.DSLContext;

/** The lives of hub processes, each of which numbers its events: table {@code audit_node}. */
public final class AuditNodeRepository {
    private final DSLContext sql;

    AuditNodeRepository(DSLContext sql) {
        this.sql = sql;
    }

    /**
     * A life that has not ended on record.
     *
     * @param settled all its numbers up to this one are in the log or declared void
     * @param after every event with a greater number has a greater id
     */
    public record Node(String node, long settled, TypeId after) {}

    /**
     * Which transactions are over, as PostgreSQL numbers them.
     *
     * @param oldest every transaction before this one is over
     * @param next every transaction that ran when this was read is before this one
     */
    public record Horizon(long oldest, long next) {}

    /** Opens a life. */
    public void start(String node, TypeId after, Duration heartbeat, Instant now) {
        sql.insertInto(AUDIT_NODE)
                .set(AUDIT_NODE.NODE, node)
                .set(AUDIT_NODE.AFTER_ID, after)
                .set(AUDIT_NODE.HEARTBEAT_SECONDS, (int) heartbeat.toSeconds())
                .set(AUDIT_NODE.STARTED_AT, now)
                .execute();
    }

    /** Notes a sign of life; false if others have declared it over. */
    public boolean beat(String node, long settled, TypeId after) {
        return sql.update(AUDIT_NODE)
                        .set(AUDIT_NODE.SEEN_AT, field("clock_timestamp()", Instant.class))
                        .set(AUDIT_NODE.SETTLED, settled)
                        .set(AUDIT_NODE.AFTER_ID, after)
                        .where(AUDIT_NODE.NODE.eq(node))
                        .and(AUDIT_NODE.ENDED_AT.isNull())
                        .execute()
                == 1;
    }

    /** Ends a life; false if it has ended. */
    public boolean end(String node, Instant now) {
        return sql.update(AUDIT_NODE)
                        .set(AUDIT_NODE.ENDED_AT, now)
                        .where(AUDIT_NODE.NODE.eq(node))
                        .and(AUDIT_NODE.ENDED_AT.isNull())
                        .execute()
                == 1;
    }

    /**
     * The lives without a sign for more than three of their heartbeats, by the clock of the database, that nobody has closed.
     *
     * @param over lives of which it is known without waiting for that
     */
    public List<Node> silent(Collection<String> over) {
        return sql.select(AUDIT_NODE.NODE, AUDIT_NODE.SETTLED, AUDIT_NODE.AFTER_ID)
                .from(AUDIT_NODE)
                .where(AUDIT_NODE.ENDED_AT.isNull())
                .and(AUDIT_NODE
                        .SEEN_AT
                        .lt(field("clock_timestamp() - make_interval(secs => 3 * heartbeat_seconds)", Instant.class))
                        .or(AUDIT_NODE.NODE.in(over)))
                .orderBy(AUDIT_NODE.NODE)
                .fetch(row ->
                        new Node(row.get(AUDIT_NODE.NODE), row.get(AUDIT_NODE.SETTLED), row.get(AUDIT_NODE.AFTER_ID)));
    }

    /** The numbers above {@code settled} that a life has in the log or on the way there, ascending. */
    public List<Long> numbers(Node node) {
        return sql.fetch(
                        """
                        select (l.leaf ->> 'nodeSeq')::bigint as n
                        from (select convert_from(leaf, 'UTF8')::json as leaf from audit_event where id > {0}) l
                        where l.leaf ->> 'node' = {1} and (l.leaf ->> 'nodeSeq')::bigint > {2} order by n""",
                        val(node.after().number()), val(node.node()), val(node.settled()))
                .map(row -> row.get(0, Long.class));
    }

    /** Those of the events that are committed. */
    public Set<TypeId> committed(Collection<TypeId> events) {
        return sql.select(AUDIT_EVENT.ID)
                .from(AUDIT_EVENT)
                .where(AUDIT_EVENT.ID.in(events))
                .fetchSet(AUDIT_EVENT.ID);
    }

    /** Which transactions are over now. */
    public Horizon horizon() {
        var row = sql.fetchSingle("select pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint"
                + " from pg_current_snapshot() s");
        return new Horizon(row.get(0, Long.class), row.get(1, Long.class));
    }
}
