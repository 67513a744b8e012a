package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.database.DatabaseAccess;
import io.animus.kernel.core.LogProgram;
import io.animus.plugin.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hubs are killed while they write the log, one after the other: no hole, no event twice, no fork. */
class KilledLogTest {
    private static final int SIGKILL = 128 + 9;

    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void isIntactAndCompleteWhateverItsHubsDiedAt() throws Exception {
        var deaths = new ArrayList<>(LogProgram.steps());
        deaths.addAll(Collections.nCopies(3, LogProgram.ANYWHERE));
        var keys = folder.resolve("keys");
        var export = folder.resolve("export.zip");
        try (var postgres = new EmbeddedPostgres(folder.resolve("database"))) {
            var access = postgres.start();
            var checkpoints = new ArrayList<Path>();
            for (var where : deaths) {
                kill(LogProgram.start(access, keys, where));
                var checkpoint = folder.resolve("checkpoint-" + checkpoints.size());
                var newest = "select note from audit_checkpoint order by size desc limit 1";
                checkpoints.add(Files.writeString(checkpoint, value(access, newest)));
            }
            // Their silence has lasted long enough.
            value(access, "update audit_node set seen_at = seen_at - interval '1 hour' returning 1");
            assertThat(LogProgram.export(access, keys, export).waitFor()).isZero();

            assertThat(value(access, "select count(*) from audit_event where action = 'node.lost'"))
                    .isEqualTo(String.valueOf(deaths.size()));
            assertThat(value(access, "select count(distinct event_id) from audit_leaf"))
                    .isEqualTo(value(access, "select count(*) from audit_event"))
                    .isEqualTo(value(access, "select max(leaf_index) + 1 from audit_leaf"));
            var key = value(access, "select vkey from audit_key");
            for (var checkpoint : checkpoints) {
                var verdict = Judge.judge("--key", key, "--older-checkpoint", checkpoint.toString(), export.toString());
                assertThat(verdict.status()).as(verdict.json().toString()).isZero();
            }
        }
    }

    private static void kill(Process hub) throws Exception {
        try (var said = new BufferedReader(new InputStreamReader(hub.getInputStream(), US_ASCII))) {
            assertThat(said.readLine()).isEqualTo(LogProgram.MAY_DIE);
        } finally {
            hub.destroyForcibly();
        }
        assertThat(hub.waitFor()).isEqualTo(SIGKILL);
    }

    /** The first column of the first row. */
    private static String value(DatabaseAccess access, String query) throws SQLException {
        try (var owner = DriverManager.getConnection(
                        access.url(), access.owner().user(), access.owner().password());
                var sql = owner.createStatement();
                var rows = sql.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
