package io.animus.kernel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is recorded may become less, on record, and nothing else: whatever the hub sends. */
class ErasureTest {
    private static final String REFUSED = "AN007";
    private static final String IMMUTABLE = "AN001";
    private static final String NO_RIGHT = "42501";
    private static final String DONE = "";
    private static final String EVENT = "00000000-0000-0000-0000-000000000001";
    private static final String OF_THE_LOG = "00000000-0000-0000-0000-000000000002";
    private static final String RECORD =
            "insert into audit_event (id, leaf, at, action, outcome) values ('00000000-0000-0000-0000-000000000003', '', now(),"
                    + " 'audit.erased', 'success')";

    private static TestDatabase postgres;

    @BeforeAll
    static void start(@TempDir Path folder) {
        postgres = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void record() throws SQLException {
        postgres.emptyAudit();
        try (var owner = postgres.asOwner();
                var sql = owner.createStatement()) {
            sql.execute(
                    "insert into audit_event (id, leaf, at, action, outcome) values ('%s', '', now(), 'run.created', 'success'), ('%s', '', now(), 'node.started', 'success')"
                            .formatted(EVENT, OF_THE_LOG));
            sql.execute("insert into audit_disclosure values ('%s', 'user:ada', '%s'), ('%s', 'system:hub', '%s')"
                    .formatted(EVENT, shown("a", "b"), OF_THE_LOG, shown("a", "b")));
        }
    }

    @Test
    void erasesOnRecord() throws SQLException {
        assertThat(asHub(set(EVENT, shown("b")), RECORD)).isEqualTo(DONE);
        var next = RECORD.replace("3'", "4'");
        assertThat(asHub("update audit_disclosure set actor = null where event_id = '" + EVENT + "'", next))
                .isEqualTo(DONE);
    }

    @Test
    void refusesAnErasureThatNothingRecords() throws SQLException {
        assertThat(asHub(set(EVENT, shown("b")))).isEqualTo(REFUSED);
        assertThat(asHub(set(EVENT, shown("b")), RECORD.replace("audit.erased", "audit.read")))
                .isEqualTo(REFUSED);
    }

    @Test
    void refusesAnotherValueAndAnotherActor() throws SQLException {
        assertThat(asHub(RECORD, set(EVENT, shown("a", "c")))).isEqualTo(REFUSED);
        assertThat(asHub(RECORD, set(EVENT, shown("a", "b", "c")))).isEqualTo(REFUSED);
        assertThat(asHub(RECORD, set(EVENT, shown("a", "a")))).isEqualTo(REFUSED);
        assertThat(asHub(RECORD, set(EVENT, "[[\"salt\",\"/details/x\"]]"))).isEqualTo(REFUSED);
        assertThat(asHub(RECORD, set(EVENT, "[]", "[{\"pointer\":\"p\",\"value\":1}]")))
                .isEqualTo(REFUSED);
        assertThat(asHub(RECORD, "update audit_disclosure set actor = 'user:bob' where event_id = '" + EVENT + "'"))
                .isEqualTo(REFUSED);
    }

    @Test
    void refusesToEraseWhatJudgesTheLog() throws SQLException {
        assertThat(asHub(RECORD, set(OF_THE_LOG, shown("a")))).isEqualTo(REFUSED);
    }

    @Test
    void refusesToDropARow() throws SQLException {
        assertThat(asHub(RECORD, "delete from audit_disclosure")).isEqualTo(NO_RIGHT);
        try (var owner = postgres.asOwner()) {
            assertThat(stateOf(owner, List.of(RECORD, "delete from audit_disclosure")))
                    .isEqualTo(IMMUTABLE);
        }
    }

    private static String asHub(String... statements) throws SQLException {
        try (var hub = postgres.asHub()) {
            return stateOf(hub, List.of(statements));
        }
    }

    /** Of one transaction with these statements; empty if it was committed. */
    private static String stateOf(Connection connection, List<String> statements) throws SQLException {
        connection.setAutoCommit(false);
        try (var sql = connection.createStatement()) {
            for (var statement : statements) {
                sql.execute(statement);
            }
            connection.commit();
            return DONE;
        } catch (SQLException e) {
            connection.rollback();
            return e.getSQLState();
        }
    }

    private static String set(String event, String shown) {
        return "update audit_disclosure set disclosures = '%s' where event_id = '%s'".formatted(shown, event);
    }

    private static String set(String event, String shown, String detached) {
        return "update audit_disclosure set disclosures = '%s', detached = '%s' where event_id = '%s'"
                .formatted(shown, detached, event);
    }

    private static String shown(String... values) {
        return Arrays.stream(values)
                .map("[\"salt\",\"/details/x\",\"%s\"]"::formatted)
                .toList()
                .toString();
    }
}
