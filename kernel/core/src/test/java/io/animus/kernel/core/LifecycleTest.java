package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What hubs put on record of themselves, so that silence and gaps show. */
@Timeout(60)
class LifecycleTest {
    private static final String NUMBERS =
            "select (convert_from(leaf, 'UTF8')::json ->> 'nodeSeq') from audit_event where convert_from(leaf, 'UTF8')::json ->> 'node'"
                    + " = ? order by (convert_from(leaf, 'UTF8')::json ->> 'nodeSeq')::int";

    private static Kernel kernel;

    @TempDir
    private Path keys;

    private LogHub hub;
    private LogHub other;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder.resolve("database"));
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void hubs() {
        hub = new LogHub(kernel, keys);
        other = new LogHub(kernel, keys);
    }

    @AfterEach
    void close() {
        hub.close();
        other.close();
    }

    @Test
    void aNumberWhoseTransactionRolledBackIsDeclaredVoid() throws InterruptedException {
        var life = new Lifecycle(hub.database(), hub.trail(), kernel.clock());
        hub.record(2);
        // The event gets its number in the last statement, and then the commit itself fails.
        refuse("hub_refuses");
        hub.record();
        life.beat();
        life.close();

        assertThat(kernel.column(NUMBERS, hub.trail().node())).containsExactly("1", "2", "3", "5", "6", "7");
        assertThat(details("node.heartbeat", hub)).contains("\"lastSeq\":6", "\"voided\":[[4,4]]");
        assertThat(details("node.stopped", hub)).contains("\"lastSeq\":7", "\"voided\":[]");
    }

    @Test
    void aLifeThatEndedWithoutAWordIsClosedByAnother() throws SQLException, InterruptedException {
        var lost = new Lifecycle(hub.database(), hub.trail(), kernel.clock());
        hub.record(3);
        refuse("hub_refuses");
        hub.record(1);
        assertThat(lost).isNotNull();
        try (var owner = kernel.asOwner();
                var sql = owner.createStatement()) {
            sql.execute("update audit_node set seen_at = now() - interval '91 seconds' where node = '"
                    + hub.trail().node() + "'");
        }
        var life = new Lifecycle(other.database(), other.trail(), kernel.clock());
        life.beat();
        life.beat();

        assertThat(kernel.audited(hub.trail().nodeId())).containsExactly("node.started", "node.lost");
        assertThat(details("node.lost", other))
                .contains("\"node\":\"" + hub.trail().node() + "\"", "\"lastSeq\":6", "\"voided\":[[5,5]]");
        // Who was declared lost and lives all the same goes on as somebody else.
        var before = hub.trail().node();
        lost.beat();
        assertThat(hub.trail().node()).isNotEqualTo(before);
        assertThat(kernel.audited(hub.trail().nodeId())).containsExactly("node.started");
        life.close();
        lost.close();
    }

    /** Otherwise every outage would look as if somebody had taken heartbeats out. */
    @Test
    void goesOnAsAnotherWhenNoSignOfLifeWasOnRecordForTooLong() throws SQLException, InterruptedException {
        var life = new Lifecycle(hub.database(), hub.trail(), kernel.clock());
        hub.record(2);
        refuse("hub_refuses");
        hub.record();
        var before = hub.trail().node();
        var beforeId = hub.trail().nodeId();
        hub.trail().numbers().stayFresh(System.nanoTime(), Duration.ZERO);
        try (var owner = kernel.asOwner();
                var sql = owner.createStatement()) {
            sql.execute("create trigger still_full before insert on audit_event for each statement"
                    + " execute function refuse_change()");
            assertThatExceptionOfType(RuntimeException.class).isThrownBy(life::beat);
            sql.execute("drop trigger still_full on audit_event");
        }
        // The database takes events again, but this hub has not said so.
        assertThatExceptionOfType(DatabaseUnavailableException.class).isThrownBy(hub::record);

        life.beat();
        hub.record(1);
        life.beat();
        life.close();

        assertThat(hub.trail().node()).isNotEqualTo(before);
        assertThat(kernel.column(NUMBERS, hub.trail().node()))
                .startsWith("1", "2")
                .hasSize(5);
        assertThat(kernel.audited(hub.trail().nodeId()))
                .containsExactly("node.started", "node.heartbeat", "node.stopped");
        assertThat(kernel.audited(beforeId)).containsExactly("node.started", "node.lost");
        assertThat(details("node.lost", hub))
                .contains("\"node\":\"" + before + "\"", "\"lastSeq\":5", "\"voided\":[[4,4]]");
    }

    @Test
    void startAndStopAreOnRecordAndNothingIsInBetweenLives() throws InterruptedException {
        new Lifecycle(hub.database(), hub.trail(), kernel.clock()).close();

        assertThat(kernel.audited(hub.trail().nodeId())).containsExactly("node.started", "node.stopped");
        assertThatExceptionOfType(DatabaseUnavailableException.class).isThrownBy(hub::record);

        var first = hub.trail().node();
        new Lifecycle(hub.database(), hub.trail(), kernel.clock()).close();
        assertThat(hub.trail().node()).isNotEqualTo(first);
    }

    @Test
    void rangesAreAsShortAsCanBe() {
        assertThat(Lifecycle.ranges(List.of(1L, 2L, 3L, 7L, 9L, 10L)))
                .isEqualTo(Json.array(
                        Json.array(Json.of(1), Json.of(3)),
                        Json.array(Json.of(7), Json.of(7)),
                        Json.array(Json.of(9), Json.of(10))));
    }

    /** A transaction that ends with an event, and fails in the statement that writes it. */
    private void refuse(String function) {
        try (var owner = kernel.asOwner();
                var sql = owner.createStatement()) {
            sql.execute("create trigger " + function + " before insert on audit_event for each statement"
                    + " execute function refuse_change()");
            assertThatExceptionOfType(RuntimeException.class).isThrownBy(hub::record);
            sql.execute("drop trigger " + function + " on audit_event");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private String details(String action, LogHub by) {
        assertThat(Action.find(action)).isPresent();
        var disclosed = kernel.column(
                "select d from audit_event e join audit_disclosure a on a.event_id = e.id,"
                        + " json_array_elements_text(a.disclosures) d"
                        + " where e.action = ? and convert_from(e.leaf, 'UTF8')::json ->> 'node' = ?",
                action,
                by.trail().node());
        return String.join("\n", disclosed).replaceAll("\\[\"[^\"]*\",\"/details/([a-zA-Z]+)\",(.*)\\]", "\"$1\":$2");
    }
}
