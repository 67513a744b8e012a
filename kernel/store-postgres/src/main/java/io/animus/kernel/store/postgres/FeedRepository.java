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

    private static final String RANGE =
            """
            select %s
            where l.leaf_index between ? and ?
                and (cardinality(?::text[]) = 0 or e.project_id::text = any(?::text[]))
                and (cardinality(?::text[]) = 0 or e.action = any(?::text[]))
            order by l.leaf_index"""
                    .formatted(COLUMNS);

    private static final String SINGLE =
            "select %s where l.leaf_index = any(?) order by l.leaf_index".formatted(COLUMNS);

    /** Rows that come at once, so that no more than these are read in vain where a piece ends by its bytes. */
    private static final int FETCHED = 128;

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
            var isAlone = connection.getAutoCommit();
            // Only within a transaction the driver takes rows as they are asked for, and not all at once.
            connection.setAutoCommit(false);
            try {
                return piece(connection, from, to, filter, bytes);
            } finally {
                connection.setAutoCommit(isAlone);
            }
        });
    }

    private static Piece piece(Connection connection, long from, long to, EntryFilter filter, long bytes)
            throws SQLException {
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
            statement.setFetchSize(FETCHED);
            try (var found = statement.executeQuery()) {
                return piece(found, to, bytes);
            }
        }
    }

    /** Single entries, by leaf index. */
    public List<Row> read(List<Long> indexes) {
        return sql.connectionResult(connection -> single(connection, indexes));
    }

    /** Ends after the entry with which there are enough bytes, so that at least one is read, however large it is. */
    private static Piece piece(ResultSet found, long to, long bytes) throws SQLException {
        var rows = new ArrayList<Row>();
        for (var read = 0L; read < bytes; ) {
            if (!found.next()) {
                return new Piece(rows, to);
            }
            var row = row(found);
            rows.add(row);
            read += row.leaf().length;
        }
        return new Piece(rows, rows.get(rows.size() - 1).index());
    }

    private static List<Row> single(Connection connection, List<Long> indexes) throws SQLException {
        try (var statement = connection.prepareStatement(SINGLE)) {
            statement.setArray(1, connection.createArrayOf("bigint", indexes.toArray()));
            try (var found = statement.executeQuery()) {
                var rows = new ArrayList<Row>();
                while (found.next()) {
                    rows.add(row(found));
                }
                return rows;
            }
        }
    }

    /** In the order of {@link #COLUMNS}: looking each one up by its name would take longer than reading it. */
    private static Row row(ResultSet found) throws SQLException {
        return new Row(
                found.getLong(1),
                found.getBytes(2),
                EventIdConverter.id(found.getObject(3, UUID.class)),
                found.getBytes(4),
                disclosures(found.getBytes(5)),
                found.getObject(6, OffsetDateTime.class).toInstant(),
                found.getString(7),
                found.getString(8));
    }

    /** Taken apart here: the database would have to parse it for that. */
    private static List<Json> disclosures(byte @Nullable [] stored) {
        return stored == null ? List.of() : DisclosureRepository.items(Json.read(stored));
    }
}
