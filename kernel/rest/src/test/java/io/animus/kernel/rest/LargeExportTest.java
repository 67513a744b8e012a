package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.kernel.core.LogProgram;
import io.animus.plugin.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A log that is larger than the memory of the hub that exports it. */
class LargeExportTest {
    private static final int HEAP_MEGABYTES = 48;

    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void takesNoMoreMemoryThanASmallOne() throws Exception {
        var keys = folder.resolve("keys");
        var export = folder.resolve("export.zip");
        try (var postgres = new EmbeddedPostgres(folder.resolve("database"))) {
            var access = postgres.start();
            LogProgram.record(access, 200, 6_000);

            assertThat(LogProgram.export(access, keys, export, HEAP_MEGABYTES).waitFor())
                    .isZero();

            assertThat(Files.size(export)).isGreaterThan(2L * HEAP_MEGABYTES << 20);
            try (var owner = DriverManager.getConnection(
                            access.url(), access.owner().user(), access.owner().password());
                    var sql = owner.createStatement();
                    var key = sql.executeQuery("select vkey from audit_key")) {
                key.next();
                assertThat(Judge.judge("--key", key.getString(1), export.toString())
                                .status())
                        .isZero();
            }
        }
    }
}
