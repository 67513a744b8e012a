package io.animus.kernel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** I-4: what is immutable stays so for SQL too, for the hub's own role by grants and for the owner by triggers. */
class ImmutableTablesTest {
    private static TestDatabase postgres;

    @BeforeAll
    static void start(@TempDir Path folder) {
        postgres = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dataset_version",
                "environment_version",
                "environment_lock",
                "code_ref",
                "source_archive",
                "run_input",
                "run_transition",
                "attempt",
                "attempt_start",
                "attempt_end",
                "artifact",
                "model_version",
                "model_version_artifact",
                "stage_change",
                "lineage_edge",
                "audit_event",
                "audit_leaf",
                "audit_subtree",
                "audit_checkpoint",
                "audit_cosignature",
                "audit_key"
            })
    void refusesEveryChangeEvenToTheOwner(String table) throws SQLException {
        try (var owner = postgres.asOwner();
                var sql = owner.createStatement()) {
            var column = firstColumn(table);
            for (var change : new String[] {
                "update %s set %s = %s".formatted(table, column, column),
                "delete from " + table,
                "truncate " + table + " cascade"
            }) {
                assertThatExceptionOfType(SQLException.class)
                        .as(change)
                        .isThrownBy(() -> sql.execute(change))
                        .withMessageContaining("immutable");
            }
        }
    }

    @Test
    void refusesToChangeTheFrozenPartOfARun() throws SQLException {
        try (var owner = postgres.asOwner();
                var sql = owner.createStatement()) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> sql.execute("update run set spec = ''"))
                    .withMessageContaining("immutable");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> sql.execute("delete from run"))
                    .withMessageContaining("immutable");
        }
    }

    @Test
    void hubOwnsNothingAndMayNotTruncate() throws SQLException {
        try (var hub = postgres.asHub();
                var sql = hub.createStatement()) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> sql.execute("update audit_event set action = 'x'"))
                    .withMessageContaining("permission denied");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> sql.execute("alter table audit_event disable trigger all"))
                    .withMessageContaining("must be owner");
            try (var owned = sql.executeQuery("select count(*) from pg_class where relowner = current_user::regrole")) {
                owned.next();
                assertThat(owned.getInt(1)).isZero();
            }
        }
    }

    private static String firstColumn(String table) throws SQLException {
        try (var owner = postgres.asOwner();
                var columns = owner.getMetaData().getColumns(null, "public", table, null)) {
            columns.next();
            return columns.getString("COLUMN_NAME");
        }
    }
}
