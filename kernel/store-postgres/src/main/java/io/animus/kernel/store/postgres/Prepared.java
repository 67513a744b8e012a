package io.animus.kernel.store.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Json;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * A statement that requests run all the time: a constant text, which the server parses once for each connection, and which
 * jOOQ doesn't have to make anew each time. Safe for many threads.
 */
record Prepared(String sql) {

    /** Makes something of a row. */
    @FunctionalInterface
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** The row, if there is one; there are never more. */
    <T> Optional<T> find(Connection connection, RowReader<T> reader, @Nullable Object... values) {
        try (var statement = connection.prepareStatement(sql)) {
            bindAll(statement, values);
            try (var rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw new DataAccessException(e.getMessage(), e);
        }
    }

    /** All rows, in their order. */
    <T> List<T> all(Connection connection, RowReader<T> reader, @Nullable Object... values) {
        try (var statement = connection.prepareStatement(sql)) {
            bindAll(statement, values);
            try (var rows = statement.executeQuery()) {
                var all = new ArrayList<T>();
                while (rows.next()) {
                    all.add(reader.read(rows));
                }
                return all;
            }
        } catch (SQLException e) {
            throw new DataAccessException(e.getMessage(), e);
        }
    }

    /** For a statement that changes rows. */
    void run(Connection connection, @Nullable Object... values) {
        try (var statement = connection.prepareStatement(sql)) {
            bindAll(statement, values);
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new DataAccessException(e.getMessage(), e);
        }
    }

    private static void bindAll(PreparedStatement statement, @Nullable Object... values) throws SQLException {
        for (var i = 0; i < values.length; i++) {
            bind(statement, i + 1, values[i]);
        }
    }

    /** @param value text in the database where it is none of the types here: ids, names, digests */
    static void bind(PreparedStatement statement, int at, @Nullable Object value) throws SQLException {
        if (value == null) {
            statement.setNull(at, Types.NULL);
        } else if (value instanceof byte[] bytes) {
            statement.setBytes(at, bytes);
        } else if (value instanceof Integer number) {
            statement.setInt(at, number);
        } else if (value instanceof Long number) {
            statement.setLong(at, number);
        } else if (value instanceof Instant time) {
            statement.setObject(at, OffsetDateTime.ofInstant(time, ZoneOffset.UTC));
        } else if (value instanceof Json json) {
            statement.setString(at, new String(json.canonical(), UTF_8));
        } else if (value instanceof Column column) {
            statement.setArray(at, statement.getConnection().createArrayOf(column.type(), column.values()));
        } else if (value instanceof List<?> texts) {
            statement.setArray(at, statement.getConnection().createArrayOf("text", texts(texts)));
        } else {
            statement.setString(at, value.toString());
        }
    }

    static String[] texts(List<?> values) {
        return values.stream().map(Object::toString).toArray(String[]::new);
    }

    static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    static List<String> textsOf(ResultSet row, int column) throws SQLException {
        var array = row.getArray(column);
        return array == null ? List.of() : Arrays.asList((String[]) array.getArray());
    }

    static Json json(ResultSet row, int column) throws SQLException {
        return Json.read(row.getString(column).getBytes(UTF_8));
    }
}
