package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.kernel.audit.log.SigningKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Somebody owns the database, takes the triggers off the tables and changes what was recorded. Who has one older checkpoint
 * and {@code animus-verify} sees that, and where. PostgreSQL lets nobody log in as its superuser (ADR 14); the owner can do
 * to these rows what a superuser can.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BadDaysOfTheLogTest {
    private static final List<String> TABLES = List.of(
            "audit_event",
            "audit_disclosure",
            "audit_leaf",
            "audit_subtree",
            "audit_checkpoint",
            "audit_cosignature",
            "audit_log");
    private static final String CHANGE =
            "update audit_event set leaf = convert_to(replace(convert_from(leaf, 'UTF8'), '\"denied\"', '\"failure\"'), 'UTF8')"
                    + " where id = (select event_id from audit_leaf where leaf_index = 7)";
    private static final String AT_LEAF = "(select event_id from audit_leaf where leaf_index = %d)";

    @TempDir
    private static Path folder;

    private static LogOfAHub log;
    private static String older;

    @BeforeAll
    static void start() throws Exception {
        log = new LogOfAHub(folder);
        log.grow(540);
        older = log.checkpointOf(log.export("older.zip"));
        log.grow(5);
        for (var table : TABLES) {
            sql("alter table " + table + " disable trigger user");
        }
    }

    @AfterAll
    static void stop() throws Exception {
        log.close();
    }

    @BeforeEach
    void keep() throws Exception {
        log.hub().log().pause();
        keepAs("kept");
    }

    @AfterEach
    void putBack() throws Exception {
        restore("kept");
        log.hub().log().resume();
    }

    @ParameterizedTest
    @Order(1)
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            change     | LEAF_CHANGED 7     | update audit_event set leaf = convert_to(replace(convert_from(leaf, 'UTF8'), '"denied"', '"deniee"'), 'UTF8') where id = @7
            backdate   | LEAF_CHANGED 7     | update audit_event set leaf = convert_to(regexp_replace(convert_from(leaf, 'UTF8'), '"time":"20..', '"time":"2001'), 'UTF8') where id = @7
            delete     | LEAF_CHANGED 7     | delete from audit_disclosure where event_id = @7; delete from audit_event where id = @7
            delete all | TILE_MALFORMED 0   | delete from audit_leaf where leaf_index = 7
            reorder    | LEAF_CHANGED 7     | update audit_leaf set event_id = '00000000-0000-0000-0000-000000000000' where leaf_index = 7; update audit_leaf l set event_id = k.event_id from kept.audit_leaf k where l.leaf_index = 9 and k.leaf_index = 7; update audit_leaf l set event_id = k.event_id from kept.audit_leaf k where l.leaf_index = 7 and k.leaf_index = 9
            move       | TILE_CHANGED 0     | update audit_leaf set leaf_index = 1000000 where leaf_index = 7; update audit_leaf set leaf_index = 7 where leaf_index = 9; update audit_leaf set leaf_index = 9 where leaf_index = 1000000
            duplicate  | LEAF_CHANGED 8     | update audit_event set leaf = (select leaf from audit_event where id = @7) where id = @8
            two tiles  | LEAF_CHANGED 0     | update audit_leaf l set hash = k.hash from kept.audit_leaf k where k.leaf_index = (l.leaf_index + 256) % 512 and l.leaf_index < 512
            hash above | TILE_CHANGED 256   | update audit_subtree set hash = sha256(hash) where level = 1 and position = 1
            """)
    void namesWhatWasDoneToARow(String what, String finding, String change) throws Exception {
        for (var statement : change.split(";")) {
            sql(statement.replace("@7", AT_LEAF.formatted(7)).replace("@8", AT_LEAF.formatted(8)));
        }

        var verdict = log.judge(log.export(what + ".zip"), "--older-checkpoint", older);

        assertThat(verdict.status()).as(verdict.json().toString()).isEqualTo(2);
        assertThat(verdict.first()).isEqualTo(finding);
    }

    /** The hashes agree again, but what is signed is another root. */
    @Test
    @Order(2)
    void seesThatAllHashesWereMadeAnew() throws Exception {
        sql(CHANGE);
        new Forger(log.hub()).rehash();

        var verdict = log.judge(log.export("rehashed.zip"));

        assertThat(verdict.status()).isEqualTo(2);
        assertThat(verdict.first()).startsWith("ROOT_MISMATCH");
    }

    @Test
    @Order(2)
    void seesThatAnotherKeySigned() throws Exception {
        sql(CHANGE);
        var forger = new Forger(log.hub());
        forger.rehash();
        forger.sign(SigningKey.generate());

        var verdict = log.judge(log.export("forged.zip"));

        assertThat(verdict.status()).isEqualTo(3);
        assertThat(verdict.first()).startsWith("KEY_UNKNOWN");
    }

    /** What no log can prove alone, and an older checkpoint does. */
    @Test
    @Order(2)
    void seesAHistoryThatWasMadeAnewWithTheHubsOwnKey() throws Exception {
        sql(CHANGE);
        var forger = new Forger(log.hub());
        forger.rehash();
        forger.sign(Forger.stolenKey(folder.resolve("hub/keys")));
        var export = log.export("anew.zip");

        assertThat(log.judge(export).status()).isZero();
        var verdict = log.judge(export, "--older-checkpoint", older);

        assertThat(verdict.status()).isEqualTo(2);
        assertThat(verdict.first()).startsWith("FORKED");
    }

    @Test
    @Order(2)
    void seesThatTheTailWasCutOff() throws Exception {
        var size = size(older);
        sql("delete from audit_checkpoint where size > (select size from audit_checkpoint where size < " + size
                + " order by size desc limit 1)");

        var verdict = log.judge(log.export("cut.zip"), "--older-checkpoint", older);

        assertThat(verdict.status()).isEqualTo(2);
        assertThat(verdict.first()).startsWith("TRUNCATED ");
    }

    /** The hub goes on after the restore and signs a log that is long enough, and another one. */
    @Test
    @Order(3)
    void seesThatAnOlderBackupWasRestored() throws Exception {
        keepAs("backup");
        log.hub().log().resume();
        log.grow(30);
        var lost = log.checkpointOf(log.export("lost.zip"));
        log.hub().log().pause();
        restore("backup");
        log.hub().log().resume();
        log.grow(60);

        var verdict = log.judge(log.export("restored.zip"), "--older-checkpoint", lost);

        assertThat(verdict.status()).isEqualTo(2);
        assertThat(verdict.first()).startsWith("FORKED");
        log.hub().log().pause();
    }

    private static long size(String checkpoint) throws Exception {
        return Long.parseLong(Files.readAllLines(Path.of(checkpoint)).get(1));
    }

    private static void keepAs(String schema) throws SQLException {
        sql("drop schema if exists " + schema + " cascade");
        sql("create schema " + schema);
        for (var table : TABLES) {
            sql("create table %s.%s as table public.%s".formatted(schema, table, table));
        }
    }

    private static void restore(String schema) throws SQLException {
        for (var i = TABLES.size() - 1; i >= 0; i--) {
            sql("delete from public." + TABLES.get(i));
        }
        for (var table : TABLES) {
            sql("insert into public.%s select * from %s.%s".formatted(table, schema, table));
        }
    }

    private static void sql(String statement) throws SQLException {
        try (var owner = log.hub().owner();
                var sql = owner.createStatement()) {
            sql.execute(statement);
        }
    }
}
