package io.animus.kernel.store.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The tables that get {@link LateRows}, with their columns in the order in which rows are given. */
enum LateTable {
    RUN(
            "",
            "id text, project_id text, kind text, spec bytea, spec_digest text, composition_digest text, experiment text,"
                    + " tags text[], requested_ref text, rerun_of text, created_at timestamptz, created_by text,"
                    + " milli_cpus bigint, memory_bytes bigint, gpus integer, timeout_seconds integer,"
                    + " priority integer, state text, queued_at timestamptz, version bigint"),
    RUN_INPUT("", "run_id text, project_id text, name text, dataset_version_id text"),
    RUN_TRANSITION(
            "",
            "run_id text, number integer, at timestamptz, state text, queued_at timestamptz, attempt integer,"
                    + " exit_code integer, cause text, cause_detail text"),
    ATTEMPT("", "id text, run_id text, number integer, executor text, data_plane text, created_at timestamptz"),
    ATTEMPT_START(LateTable.IGNORE, "attempt_id text, started_at timestamptz, node text"),
    ATTEMPT_END(
            "",
            "attempt_id text, outcome text, exit_code integer, error_class text, cause text, cause_detail text,"
                    + " finished_at timestamptz"),
    ARTIFACT(
            "",
            "id text, project_id text, run_id text, attempt integer, name text, kind text, media_type text, digest text,"
                    + " size bigint, retention_class text, created_at timestamptz"),
    STORED_OBJECT(LateTable.IGNORE, "project_id text, digest text, store text, stored_at timestamptz"),
    LINEAGE_EDGE(LateTable.IGNORE, "project_id text, from_id text, relation text, to_id text"),
    COMPOSITION(LateTable.IGNORE, "digest text, content json, recorded_at timestamptz"),
    OUTBOX("", "id text, project_id text, type text, subject text, created_at timestamptz"),
    AUDIT_EVENT(
            "", "id uuid, leaf bytea, at timestamptz, project_id text, action text, resource_id text, outcome text"),
    AUDIT_DISCLOSURE("", "event_id uuid, actor text, disclosures json, detached json"),
    IDEMPOTENCY_KEY(
            LateTable.IGNORE + " returning 1",
            "scope text, key text, request_digest text, status integer, body bytea, location text,"
                    + " created_at timestamptz");

    private static final String IGNORE = " on conflict do nothing";

    private final String conflict;
    private final List<Column> columns;

    /** @param type what the database is told that a value is; it makes the column's own type of it */
    record Column(String name, String type) {
        /** The values as the driver makes an array of this type of them. */
        @Nullable Object[] array(List<@Nullable Object> values) {
            return type.equals("bytea")
                    ? values.toArray(byte[][]::new)
                    : values.stream().map(Column::text).toArray(String[]::new);
        }

        private static @Nullable String text(@Nullable Object value) {
            if (value instanceof Json json) {
                return new String(json.canonical(), UTF_8);
            }
            return value == null ? null : value.toString();
        }
    }

    LateTable(String conflict, String columns) {
        this.conflict = conflict;
        this.columns = Arrays.stream(columns.split(", "))
                .map(column -> column.split(" "))
                .map(column -> new Column(column[0], column[1]))
                .toList();
    }

    String sqlName() {
        return name().toLowerCase(Locale.ROOT);
    }

    List<Column> columns() {
        return columns;
    }

    /** What the statement says of rows that are there already. */
    String conflict() {
        return conflict;
    }

    /** Whether one statement can take any number of rows as arrays; an array of arrays would come apart. */
    boolean isOfPlainColumns() {
        return columns.stream().noneMatch(column -> column.type().endsWith("[]"));
    }

    /** Whether this tells of what is, and not of what was done. */
    boolean isState() {
        return compareTo(LINEAGE_EDGE) <= 0;
    }

    /** Whether the writer must know of a row that was there already. */
    boolean isFirstKept() {
        return this == IDEMPOTENCY_KEY;
    }
}
