package io.animus.kernel.store.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * Rows that a transaction only ever inserts, kept until they are written, all tables in one statement. Its text depends on
 * nothing but which tables have how many rows, so there are few texts and the server prepares each once. Not safe for
 * several threads.
 */
final class LateRows {
    /** From so many rows on, the text doesn't depend on how many there are. */
    private static final int MANY = 5;

    private static final Map<List<Part>, String> TEXTS = new ConcurrentHashMap<>();
    private static final Map<List<Part>, String> TEXTS_IF = new ConcurrentHashMap<>();

    private final Map<LateTable, List<@Nullable Object[]>> waiting = new EnumMap<>(LateTable.class);

    /**
     * The rows of one table. Where any table has many, all that can be are written as if they were: a batch of steps would
     * else have a text of its own for each mixture.
     *
     * @param rows at most {@link #MANY}, which stands for all more
     */
    private record Part(LateTable table, int rows) {}

    void add(LateTable table, @Nullable Object... values) {
        waiting.computeIfAbsent(table, t -> new ArrayList<>()).add(values);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Whether a row waits whose first column is this. */
    boolean has(LateTable table, Object first) {
        return waiting.getOrDefault(table, List.of()).stream().anyMatch(row -> first.equals(row[0]));
    }

    boolean has(LateTable table) {
        return waiting.containsKey(table);
    }

    /** Writes what tells of the state and leaves what tells of the change of it. */
    void writeState(Connection connection) {
        var state = new EnumMap<LateTable, List<@Nullable Object[]>>(LateTable.class);
        waiting.forEach((table, rows) -> {
            if (table.isState()) {
                state.put(table, rows);
            }
        });
        if (!state.isEmpty()) {
            waiting.keySet().removeAll(state.keySet());
            write(connection, state);
        }
    }

    /**
     * Writes all that wait.
     *
     * @return how many rows were there already, of tables in which that is possible and matters
     */
    int write(Connection connection) {
        if (waiting.isEmpty()) {
            return 0;
        }
        var all = new EnumMap<LateTable, List<@Nullable Object[]>>(waiting);
        waiting.clear();
        return write(connection, all);
    }

    /**
     * Writes all that wait, if this is so; fails where a row is there already of which the writer must know.
     *
     * @return whether it was so
     */
    boolean writeIf(Connection connection, Unchanged unchanged) {
        try (var statement = connection.prepareStatement(TEXTS_IF.computeIfAbsent(parts(waiting), LateRows::textIf))) {
            bind(statement, unchanged.bind(statement), waiting);
            try (var found = statement.executeQuery()) {
                return found.next();
            }
        } catch (SQLException e) {
            throw new DataAccessException(e.getMessage(), e);
        }
    }

    private static int write(Connection connection, Map<LateTable, List<@Nullable Object[]>> rowsOf) {
        try (var statement = connection.prepareStatement(TEXTS.computeIfAbsent(parts(rowsOf), LateRows::text))) {
            bind(statement, 1, rowsOf);
            var expected = rowsOf.entrySet().stream()
                    .filter(entry -> entry.getKey().isFirstKept())
                    .mapToInt(entry -> entry.getValue().size())
                    .sum();
            try (var kept = statement.executeQuery()) {
                kept.next();
                return expected - kept.getInt(1);
            }
        } catch (SQLException e) {
            throw new DataAccessException(e.getMessage(), e);
        }
    }

    private static List<Part> parts(Map<LateTable, List<@Nullable Object[]>> rowsOf) {
        var isMany = rowsOf.values().stream().anyMatch(rows -> rows.size() >= MANY);
        return rowsOf.entrySet().stream()
                .map(rows -> new Part(
                        rows.getKey(),
                        isMany && rows.getKey().isOfPlainColumns()
                                ? MANY
                                : Math.min(MANY, rows.getValue().size())))
                .toList();
    }

    private static void bind(PreparedStatement statement, int from, Map<LateTable, List<@Nullable Object[]>> rowsOf)
            throws SQLException {
        var at = from;
        for (var part : parts(rowsOf)) {
            var rows = Objects.requireNonNull(rowsOf.get(part.table()));
            at = part.rows() < MANY ? bindEach(statement, at, rows) : bindColumns(statement, at, part.table(), rows);
        }
    }

    private static int bindEach(PreparedStatement statement, int from, List<@Nullable Object[]> rows)
            throws SQLException {
        var at = from;
        for (var row : rows) {
            for (var value : row) {
                Prepared.bind(statement, at++, value);
            }
        }
        return at;
    }

    private static int bindColumns(
            PreparedStatement statement, int from, LateTable table, List<@Nullable Object[]> rows) throws SQLException {
        var at = from;
        for (var column : table.columns()) {
            var index = at - from;
            var values = rows.stream().map(row -> row[index]).toList();
            statement.setArray(at++, statement.getConnection().createArrayOf(column.type(), column.array(values)));
        }
        return at;
    }

    private static String text(List<Part> parts) {
        var inserts = inserts(
                parts, part -> insert(part) + source(part) + part.table().conflict());
        var kept = parts.stream()
                .map(Part::table)
                .filter(LateTable::isFirstKept)
                .map(table -> "(select count(*) from " + table.sqlName() + "_rows)")
                .collect(Collectors.joining(" + "));
        return "with " + inserts + " select " + (kept.isEmpty() ? "0" : kept);
    }

    private static String textIf(List<Part> parts) {
        var inserts = inserts(
                parts,
                part -> insert(part) + " select v.* from unchanged, (" + source(part) + ") v"
                        + (part.table().isFirstKept() ? "" : part.table().conflict()));
        return "with unchanged as (" + Unchanged.QUESTION + "), " + inserts + " select 1 from unchanged";
    }

    private static String inserts(List<Part> parts, Function<Part, String> insert) {
        return parts.stream()
                .map(part -> part.table().sqlName() + "_rows as (" + insert.apply(part) + ")")
                .collect(Collectors.joining(", "));
    }

    private static String insert(Part part) {
        var columns = part.table().columns();
        return "insert into " + part.table().sqlName() + " ("
                + columns.stream().map(LateTable.Column::name).collect(Collectors.joining(", ")) + ") ";
    }

    private static String source(Part part) {
        var table = part.table();
        var suffix = part.rows() < MANY ? "" : "[]";
        var marks = table.columns().stream()
                .map(column -> "?::" + column.type() + suffix)
                .collect(Collectors.joining(", "));
        return part.rows() < MANY
                ? "values " + String.join(", ", java.util.Collections.nCopies(part.rows(), "(" + marks + ")"))
                : "select * from unnest(" + marks + ")";
    }
}
