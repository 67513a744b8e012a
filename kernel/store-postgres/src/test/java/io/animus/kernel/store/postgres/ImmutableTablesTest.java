package io.animus.kernel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * I-4: what is immutable stays so for SQL too, for the hub's own role by grants and for the owner by triggers. The tables
 * come from the catalog: one that is not named here as changing must be locked.
 */
class ImmutableTablesTest {
    private static final String IMMUTABLE = "AN001";
    private static final String FINAL = "AN002";
    private static final String NO_RIGHT = "42501";

    /** Tables with rows that may change or go; each has a reason to be here. */
    private static final Set<String> CHANGING = Set.of(
            // Names, settings and keys of people and projects, which people change.
            "service_account",
            "api_key",
            "project",
            "role_binding",
            // Containers: what is in them is immutable, how they are described is not.
            "dataset",
            "environment",
            "model",
            // They have a state. What of a run must not change has triggers of its own, tried below.
            "upload",
            "run",
            // Machinery: forgotten when it has done its work.
            "idempotency_key",
            "outbox",
            "leader",
            // How far the audit log has come: one row, which only goes forward.
            "audit_log",
            // Signs of life of hubs, until they end.
            "audit_node",
            // Where sinks and deliveries stand; what of them must not change has triggers of its own, tried below.
            "audit_sink",
            "audit_dead_letter",
            "webhook_subscription",
            "delivery",
            // Decided once; what of it must not change has triggers of its own, tried below.
            "trust_proposal",
            // Personal data, which retention may erase; the leaf of the event stays.
            "audit_disclosure",
            // Flyway's, which the hub's role can't reach.
            "flyway_schema_history");

    private static TestDatabase postgres;

    @BeforeAll
    static void start(@TempDir Path folder) {
        postgres = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void namesNoTableThatIsNotThere() throws SQLException {
        assertThat(tables()).containsAll(CHANGING);
    }

    @Test
    void refusesEveryChangeOfWhatIsImmutableEvenToTheOwner() throws SQLException {
        var softly = new SoftAssertions();
        try (var owner = postgres.asOwner()) {
            for (var table : immutableTables()) {
                for (var change : changes(owner, table)) {
                    softly.assertThat(stateOf(owner, change)).as(change).isEqualTo(IMMUTABLE);
                }
            }
        }
        softly.assertAll();
    }

    @Test
    void givesTheHubNoRightToChangeWhatIsImmutable() throws SQLException {
        var softly = new SoftAssertions();
        try (var owner = postgres.asOwner();
                var hub = postgres.asHub()) {
            for (var table : immutableTables()) {
                for (var change : changes(owner, table)) {
                    softly.assertThat(stateOf(hub, change)).as(change).isEqualTo(NO_RIGHT);
                }
            }
        }
        softly.assertAll();
    }

    @Test
    void hubOwnsNothingAndMayTruncateNothing() throws SQLException {
        var softly = new SoftAssertions();
        try (var hub = postgres.asHub();
                var sql = hub.createStatement()) {
            for (var table : tables()) {
                for (var change : List.of(
                        "truncate " + table + " cascade",
                        "alter table " + table + " disable trigger all",
                        "drop table " + table)) {
                    softly.assertThat(stateOf(hub, change)).as(change).isEqualTo(NO_RIGHT);
                }
            }
            try (var owned = sql.executeQuery("select count(*) from pg_class where relowner = current_user::regrole")) {
                owned.next();
                softly.assertThat(owned.getInt(1)).isZero();
            }
        }
        softly.assertAll();
    }

    @Test
    void refusesToChangeTheFrozenPartOfARunOrToRemoveOne() throws SQLException {
        var mayChange = Set.of(
                "priority",
                "state",
                "queued_at",
                "attempts",
                "error_class",
                "cause",
                "cause_detail",
                "exit_code",
                "cancel_requested_at",
                "started_at",
                "finished_at",
                "version");
        var softly = new SoftAssertions();
        try (var owner = postgres.asOwner();
                var hub = postgres.asHub()) {
            var frozen = new TreeSet<>(columns(owner, "run"));
            frozen.removeAll(mayChange);
            var changes = Stream.concat(
                            frozen.stream().map(column -> "update run set %s = %s".formatted(column, column)),
                            Stream.of("delete from run", "truncate run cascade"))
                    .toList();
            for (var change : changes) {
                softly.assertThat(stateOf(owner, change)).as("owner: " + change).isEqualTo(IMMUTABLE);
                softly.assertThat(stateOf(hub, change)).as("hub: " + change).isEqualTo(NO_RIGHT);
            }
        }
        softly.assertAll();
    }

    @Test
    void refusesToLeaveAFinalState() throws SQLException {
        try (var owner = postgres.asOwner();
                var sql = owner.createStatement()) {
            owner.setAutoCommit(false);
            sql.execute(
                    """
                    insert into project values ('prj_00000000000000000000000001', 'final', null, null, '{}', '{}', 1, '{}', '{}',
                        'active', now(), 'system:hub', now(), 1)""");
            sql.execute(
                    """
                    insert into run (id, project_id, kind, spec, spec_digest, composition_digest, tags, created_at,
                        created_by, milli_cpus, memory_bytes, gpus, timeout_seconds, priority, state, queued_at)
                    select 'run_00000000000000000000000001', id, 'development', '', 'sha256:' || repeat('0', 64),
                        'sha256:' || repeat('0', 64), '{}', now(), 'system:hub', 1, 1, 0, 1, 50, 'succeeded', now()
                    from project where name = 'final'""");

            assertThat(stateOf(owner, "update run set state = 'queued'")).isEqualTo(FINAL);
        }
    }

    /** What must not work, each in the form that goes furthest. */
    private static List<String> changes(Connection owner, String table) throws SQLException {
        var column = columns(owner, table).get(0);
        return List.of(
                "update %s set %s = %s".formatted(table, column, column),
                "delete from " + table,
                "truncate " + table + " cascade");
    }

    private static Set<String> immutableTables() throws SQLException {
        var immutable = tables();
        immutable.removeAll(CHANGING);
        assertThat(immutable).contains("audit_event", "dataset_version", "run_input");
        return immutable;
    }

    /** Every table of the hub, partitions too. */
    private static Set<String> tables() throws SQLException {
        try (var owner = postgres.asOwner()) {
            return new TreeSet<>(
                    texts(
                            owner,
                            "select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"));
        }
    }

    private static List<String> columns(Connection connection, String table) throws SQLException {
        return texts(
                connection,
                "select attname from pg_attribute where attrelid = '%s'::regclass and attnum > 0 order by attnum"
                        .formatted(table));
    }

    private static List<String> texts(Connection connection, String query) throws SQLException {
        try (var sql = connection.createStatement();
                var rows = sql.executeQuery(query)) {
            var texts = Stream.<String>builder();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts.build().collect(Collectors.toList());
        }
    }

    /** The SQLSTATE that a statement is refused with; "done" if it isn't. */
    private static String stateOf(Connection connection, String statement) throws SQLException {
        var isOneByOne = connection.getAutoCommit();
        connection.setAutoCommit(false);
        var before = connection.setSavepoint();
        try (var sql = connection.createStatement()) {
            sql.execute(statement);
            return "done";
        } catch (SQLException e) {
            return e.getSQLState();
        } finally {
            connection.rollback(before);
            if (isOneByOne) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }
}
