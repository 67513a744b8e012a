package io.animus.kernel.store.postgres;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Disclosure;
import io.animus.kernel.domain.delivery.EntryFilter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The audit log in leaf order with all that may be shown of it: what sinks are fed from. */
public final class FeedRepository {
    private static final String COLUMNS =
            """
            l.leaf_index, l.hash, e.id, e.leaf, d.disclosures, e.at,
                e.action, e.outcome
            from audit_leaf l join audit_event e on e.id = l.event_id
                left join audit_disclosure d on d.event_id = e.id""";

    // The sum is that of what comes before, so that at least one entry is read, however large it is.
    private static final String RANGE =
            """
            select * from (
                select sum(length(e.leaf)) over (order by l.leaf_index) - length(e.leaf) as before, %s
                where l.leaf_index between ? and ?
                    and (cardinality(?::text[]) = 0 or e.project_id::text = any(?::text[]))
                    and (cardinality(?::text[]) = 0 or e.action = any(?::text[]))) r
            where before < ? order by leaf_index"""
                    .formatted(COLUMNS);

    private static final String SINGLE =
            "select 0 as before, %s where l.leaf_index = any(?) order by l.leaf_index".formatted(COLUMNS);

    private final DSLContext sql;

    FeedRepository(DSLContext sql) {
        this.sql = sql;
    }

    /**
     * An entry of the log.
     *
     * @param hash of the leaf
     * @param disclosures what was not erased, as {@link Disclosure#json()}
     */
    public record Row(
            long index,
            byte[] hash,
            TypeId event,
            byte[] leaf,
            List<Json> disclosures,
            Instant at,
            String action,
            String outcome) {}

    /**
     * A piece of the log.
     *
     * @param rows those that the filter lets through
     * @param end the last leaf index that was looked at
     */
    public record Piece(List<Row> rows, long end) {}

    /**
     * Reads on.
     *
     * @param from first leaf index
     * @param to last leaf index, which must be in the log
     * @param bytes of leaves after which the piece ends
     */
    public Piece read(long from, long to, EntryFilter filter, long bytes) {
        return sql.connectionResult(connection -> {
            var projects = connection.createArrayOf(
                    "text", filter.projects().stream().map(TypeId::value).toArray());
            var actions = connection.createArrayOf("text", filter.actions().toArray());
            try (var statement = connection.prepareStatement(RANGE)) {
                statement.setLong(1, from);
                statement.setLong(2, to);
                statement.setArray(3, projects);
                statement.setArray(4, projects);
                statement.setArray(5, actions);
                statement.setArray(6, actions);
                statement.setLong(7, bytes);
                try (var found = statement.executeQuery()) {
                    var rows = rows(found);
                    var read = rows.stream().mapToLong(row -> row.leaf().length).sum();
                    return new Piece(
                            rows, read < bytes ? to : rows.get(rows.size() - 1).index());
                }
            }
        });
    }

    /** Single entries, by leaf index. */
    public List<Row> read(List<Long> indexes) {
        return sql.connectionResult(connection -> single(connection, indexes));
    }

    private static List<Row> single(Connection connection, List<Long> indexes) throws SQLException {
        try (var statement = connection.prepareStatement(SINGLE)) {
            statement.setArray(1, connection.createArrayOf("bigint", indexes.toArray()));
            try (var found = statement.executeQuery()) {
                return rows(found);
            }
        }
    }

    private static List<Row> rows(ResultSet found) throws SQLException {
        var rows = new ArrayList<Row>();
        while (found.next()) {
            rows.add(new Row(
                    found.getLong("leaf_index"),
                    found.getBytes("hash"),
                    EventIdConverter.id(found.getObject("id", UUID.class)),
                    found.getBytes("leaf"),
                    disclosures(found.getBytes("disclosures")),
                    found.getObject("at", OffsetDateTime.class).toInstant(),
                    found.getString("action"),
                    found.getString("outcome")));
        }
        return rows;
    }

    /** Taken apart here: the database would have to parse it for that. */
    private static List<Json> disclosures(byte @Nullable [] stored) {
        return stored == null ? List.of() : DisclosureRepository.items(Json.read(stored));
    }
}
