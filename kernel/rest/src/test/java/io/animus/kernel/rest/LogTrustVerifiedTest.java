package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that follow one another, a move to another database system, and a witness: judged in another process. */
class LogTrustVerifiedTest {
    private static final String LOG = "/api/v1/audit/log";

    @TempDir
    private Path folder;

    private LogOfAHub log;

    @BeforeEach
    void start() throws Exception {
        log = new LogOfAHub(folder);
        log.grow(300);
    }

    @AfterEach
    void stop() throws Exception {
        log.close();
    }

    @Test
    void firstKeyAloneLeadsThroughRotationsAndARebase() throws Exception {
        var older = log.checkpointOf(log.export("older.zip"));
        rotate();
        log.grow(20);
        moveToAnotherDatabaseSystem();
        var last = rotate();
        log.grow(20);
        var export = log.export("rotated.zip");

        var verdict = log.judge(export, "--older-checkpoint", older);

        assertThat(verdict.status()).as(verdict.json().toString()).isZero();
        assertThat(verdict.json().path("intact").asBoolean()).isTrue();
        assertThat(verdict.json().path("complete").asBoolean()).isTrue();
        assertThat(Judge.judge("--key", last, export.toString()).status()).isZero();
        // What only the first key has signed is believed by those only who trust that one.
        var unknown = Judge.judge("--key", last, "--older-checkpoint", older, export.toString());
        assertThat(unknown.status()).isEqualTo(3);
        assertThat(unknown.first()).startsWith("KEY_UNKNOWN");
    }

    @Test
    void witnessVouchesForAnExportUpToWhatItSaw() throws Exception {
        rotate();
        log.grow(20);
        var checkpoint = log.officer().get("/api/v1/audit/checkpoint").body();
        var witness = new Witness();
        var imported = log.officer()
                .post(
                        LOG + "/cosignatures",
                        "{\"witness\": \"%s\", \"note\": \"%s\"}"
                                .formatted(
                                        witness.key().vkey(),
                                        witness.cosign(checkpoint).replace("\n", "\\n")));
        assertThat(imported.status()).as(imported.body()).isEqualTo(200);
        log.awaitCovered(imported.header("Audit-Event"));
        var size = Long.parseLong(checkpoint.split("\n")[1]);
        var key = witness.key().vkey();

        var verdict = log.judge(log.exportUpTo(size, "cosigned.zip"), "--witness", key);
        var newer = log.judge(log.export("newer.zip"), "--witness", key);

        assertThat(verdict.status()).as(verdict.json().toString()).isZero();
        assertThat(verdict.json().at("/size").asLong()).isEqualTo(size);
        assertThat(newer.status()).isEqualTo(3);
        assertThat(newer.first()).startsWith("WITNESS_MISSING");
        assertThat(log.officer().get("/api/v1/audit/export?size=" + 1_000_000).status())
                .isEqualTo(400);
    }

    /** The new key, once the log is signed by it. */
    private String rotate() {
        var rotated = log.officer().post(LOG + "/keys:rotate");
        assertThat(rotated.status()).as(rotated.body()).isEqualTo(200);
        log.awaitCovered(rotated.header("Audit-Event"));
        return rotated.text("vkey");
    }

    private void moveToAnotherDatabaseSystem() throws SQLException {
        try (var owner = log.hub().owner();
                var sql = owner.createStatement()) {
            sql.execute("update audit_log set system_identifier = 1, cursor_tx = '800000000'");
        }
        log.refusedEvent();
        var rebased = log.officer().post(LOG + "/cursor:rebase");
        assertThat(rebased.status()).as(rebased.body()).isEqualTo(200);
        log.awaitCovered(rebased.header("Audit-Event"));
    }
}
