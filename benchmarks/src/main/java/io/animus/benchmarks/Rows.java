package io.animus.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Inserts single rows for a seed. */
record Rows(Connection connection, String creator) {

    /** A row of a table that keeps who made it and when. */
    void insert(String table, String columns, Object... values) throws SQLException {
        var made = Stream.of(OffsetDateTime.now(Clock.systemUTC()), creator);
        insertBare(
                table,
                columns + ", created_at, created_by",
                Stream.concat(Arrays.stream(values), made).toArray());
    }

    void insertBare(String table, String columns, Object... values) throws SQLException {
        var marks = Arrays.stream(values)
                .map(value -> value instanceof Json ? "?::json" : "?")
                .collect(Collectors.joining(", "));
        var sql = "insert into " + table + " (" + columns + ") values (" + marks + ")";
        try (var statement = connection.prepareStatement(sql)) {
            for (var i = 0; i < values.length; i++) {
                statement.setObject(i + 1, sqlValue(values[i]));
            }
            statement.executeUpdate();
        }
    }

    private Object sqlValue(Object value) throws SQLException {
        if (value instanceof TypeId id) {
            return id.value();
        }
        if (value instanceof Json json) {
            return new String(json.canonical(), UTF_8);
        }
        return value instanceof String[] texts ? connection.createArrayOf("text", texts) : value;
    }
}
