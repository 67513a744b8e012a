package io.animus.benchmarks;

import io.animus.kernel.audit.AuditEvent;
import io.animus.kernel.core.Ids;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All rows that the hub wrote when it created a run, read back in order to write the same ones again with other ids, in one
 * statement.
 */
final class RunRows {
    private static final Map<String, String> IDS = Map.of("run_", "run", "evt_", "evt");
    private static final String ASSIGNED_BY_DATABASE = "tx";

    private final List<Cell> cells = new ArrayList<>();
    private final List<String> inserts = new ArrayList<>();

    /** A value to bind; of an id or a key, what it was. */
    private record Cell(@Nullable Object value, boolean isNew) {}

    private RunRows() {}

    /** @param run one that was created over REST under an idempotency key */
    static RunRows of(Connection owner, String run) throws SQLException {
        var rows = new RunRows();
        var ofRun = "run_id = '" + run + "'";
        var event = "select id from audit_event where resource_id = '" + run + "' and action = 'run.created'";
        rows.read(owner, "run", "id = '" + run + "'");
        rows.read(owner, "run_input", ofRun);
        rows.read(owner, "run_transition", ofRun + " and number = 1");
        rows.read(owner, "lineage_edge", "from_id = '" + run + "'");
        rows.read(owner, "audit_event", "id in (" + event + ")");
        rows.read(owner, "audit_disclosure", "event_id in (" + event + ")");
        rows.read(owner, "outbox", "subject = '" + run + "'");
        rows.read(owner, "idempotency_key", "location like '%" + run + "'");
        return rows;
    }

    /** One statement that writes them all. */
    String sql() {
        var last = inserts.size() - 1;
        var parts = new ArrayList<String>();
        for (var i = 0; i < last; i++) {
            parts.add("part" + i + " as (" + inserts.get(i) + ")");
        }
        return "with " + String.join(", ", parts) + " " + inserts.get(last);
    }

    /** Binds them all, with new ids and keys; returns the new run's. */
    String bind(PreparedStatement statement, Ids ids) throws SQLException {
        var renamed = new HashMap<Object, String>();
        var run = "";
        for (var i = 0; i < cells.size(); i++) {
            var cell = cells.get(i);
            var value = cell.value();
            if (cell.isNew() && value != null) {
                var name = renamed.computeIfAbsent(value, old -> newName(old, ids));
                if (run.isEmpty() && name.startsWith("run_")) {
                    run = name;
                }
                statement.setString(i + 1, name);
            } else {
                statement.setObject(i + 1, value);
            }
        }
        return run;
    }

    private static String newName(Object value, Ids ids) {
        if (value instanceof UUID) {
            return ids.next(AuditEvent.ID_PREFIX).number().toString();
        }
        var old = value.toString();
        var prefix = IDS.get(old.substring(0, Math.min(4, old.length())));
        return prefix == null ? UUID.randomUUID().toString() : ids.next(prefix).value();
    }

    private void read(Connection owner, String table, String where) throws SQLException {
        try (var statement = owner.createStatement();
                var rows = statement.executeQuery("select * from " + table + " where " + where)) {
            var columns = rows.getMetaData();
            var names = new ArrayList<String>();
            var marks = new ArrayList<String>();
            for (var i = 1; i <= columns.getColumnCount(); i++) {
                if (!columns.getColumnName(i).equals(ASSIGNED_BY_DATABASE)) {
                    names.add(columns.getColumnName(i));
                    marks.add("?::" + columns.getColumnTypeName(i));
                }
            }
            var tuples = new ArrayList<String>();
            while (rows.next()) {
                tuples.add("(" + String.join(", ", marks) + ")");
                for (var name : names) {
                    var value = rows.getObject(name);
                    cells.add(new Cell(detached(value), isNew(table, name, value)));
                }
            }
            if (tuples.isEmpty()) {
                throw new IllegalStateException("the hub wrote nothing into " + table);
            }
            inserts.add("insert into " + table + " (" + names.stream().collect(Collectors.joining(", ")) + ") values "
                    + String.join(", ", tuples));
        }
    }

    private static boolean isNew(String table, String column, @Nullable Object value) {
        return table.equals("idempotency_key") && column.equals("key")
                || value instanceof UUID
                || value instanceof String text && text.length() == 30 && IDS.containsKey(text.substring(0, 4));
    }

    /** An array without the connection that it was read over. */
    private static @Nullable Object detached(@Nullable Object value) throws SQLException {
        return value instanceof Array array ? array.getArray() : value;
    }
}
