package io.animus.kernel.store.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.animus.api.types.TypeId;
import io.animus.kernel.audit.log.Frontier;
import io.animus.kernel.audit.log.Proofs;
import io.animus.kernel.audit.log.Tile;
import io.animus.kernel.audit.log.TreeHasher;
import io.animus.kernel.store.postgres.AuditLogRepository.LeafRow;
import io.animus.kernel.store.postgres.AuditLogRepository.Pending;
import io.animus.kernel.store.postgres.AuditLogRepository.State;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows of the log: in the order of commits that can't be overtaken, written once, by who leads. */
class AuditLogRepositoryTest {
    private static final TypeId HUB = new TypeId("hub_01jd8m3v6qfz0s8t3p1k5n7r9w");

    private static TestDatabase postgres;

    private final TreeHasher hasher = new TreeHasher();
    private int events;

    @BeforeAll
    static void start(@TempDir Path folder) {
        postgres = new TestDatabase(folder);
    }

    @BeforeEach
    void makeTheLog() throws SQLException {
        postgres.emptyAudit();
        postgres.database().write(tx -> {
            tx.auditLog().create(HUB, "log.example/1");
            return tx.auditLog().lead(1);
        });
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void nothingPassesATransactionThatStillRuns() throws SQLException {
        try (var early = postgres.asHub();
                var late = postgres.asHub()) {
            early.setAutoCommit(false);
            insert(early);
            insert(late);
            assertThat(pending(100)).isEmpty();

            early.commit();
            assertThat(pending(100))
                    .extracting(one -> new String(one.leaf(), UTF_8))
                    .containsExactly("leaf 1", "leaf 2");
        }
    }

    @Test
    void appendsInBatchesAndProvesFromWhatItWrote() throws SQLException {
        for (var transaction = 0; transaction < 70; transaction++) {
            insertMany(1_000);
        }
        for (var batch = 1; append(state(), 9_999); batch++) {
            assertThat(state().frontier().size()).isEqualTo(10_000 * batch);
        }

        var grown = state();
        assertThat(grown.frontier().size()).isEqualTo(70_000);
        var proven = postgres.database().read(tx -> {
            var proofs = new Proofs(tx.auditTree());
            var entry = tx.auditTree().entries(12_345, 12_346).get(0);
            assertThat(tx.auditTree().indexOf(entry.event())).contains(12_345L);
            assertThat(proofs.root(70_000)).isEqualTo(grown.frontier().root());
            return proofs.inclusion(12_345, 70_000).verifies(hasher.leaf(entry.leaf()), proofs.root(70_000))
                    && proofs.consistency(300, 70_000).verifies(proofs.root(300), proofs.root(70_000));
        });
        assertThat(proven).isTrue();
    }

    @Test
    void aTransactionComesWholeAndInTheOrderOfItsIds() throws SQLException {
        insertMany(5_000);
        insertMany(2);
        assertThat(pending(10))
                .hasSize(5_000)
                .isSortedAccordingTo(Comparator.comparing(one -> one.event().toString()))
                .extracting(Pending::tx)
                .containsOnly(pending(1).get(0).tx());

        append(state(), 10);
        assertThat(pending(10))
                .extracting(one -> new String(one.leaf(), UTF_8))
                .containsExactly("leaf 5001", "leaf 5002");
        assertThat(pending(1)).hasSize(2);
    }

    @Test
    void hasNoTilesBeyondItsEnd() throws SQLException {
        insertMany(3);
        append(state(), 10);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> postgres.database().read(tx -> tx.auditTree().read(List.of(new Tile(0, 0, 4)))));
    }

    @Test
    void whoLeadsNoMoreAppendsNothing() throws SQLException {
        insertMany(3);
        var stale = state();
        postgres.database().write(tx -> tx.auditLog().lead(2));

        assertThatExceptionOfType(DatabaseUnavailableException.class).isThrownBy(() -> append(stale, 10));
        assertThat(append(state(), 10)).isTrue();
        assertThatExceptionOfType(DatabaseUnavailableException.class).isThrownBy(() -> append(stale, 10));
        assertThat(postgres.database().<Boolean>write(tx -> tx.auditLog().lead(1)))
                .isFalse();
        assertThatExceptionOfType(DatabaseUnavailableException.class).isThrownBy(() -> hold(1));
        hold(2);
    }

    private static void hold(long epoch) {
        postgres.database().write(tx -> {
            tx.auditLog().hold(epoch);
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update audit_log set size = size - 1",
                "update audit_log set epoch = 0",
                "update audit_log set origin = 'another.example'",
                "update audit_log set frontier = decode(repeat('00', 64), 'hex')",
                "delete from audit_log",
                "truncate audit_log"
            })
    void theLogOnlyGoesForward(String change) throws SQLException {
        insertMany(3);
        append(state(), 10);
        try (var owner = postgres.asOwner();
                var sql = owner.createStatement()) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> sql.execute(change))
                    .matches(e -> e.getSQLState().startsWith("AN"));
        }
    }

    @Test
    void theHubMayNotChangeWhatTheLogIs() throws SQLException {
        try (var hub = postgres.asHub();
                var sql = hub.createStatement()) {
            for (var change : List.of(
                    "update audit_log set origin = 'x'",
                    "update audit_leaf set leaf_index = 7",
                    "delete from audit_leaf",
                    "delete from audit_checkpoint",
                    "update audit_key set vkey = 'x'")) {
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> sql.execute(change))
                        .withMessageContaining("permission denied");
            }
        }
    }

    /** So that an event costs the same behind a long backlog and in a large transaction. */
    @Test
    void readsNothingButWhatComesNext() throws SQLException {
        try (var owner = postgres.asOwner();
                var sql = owner.createStatement()) {
            sql.execute("insert into audit_event (id, tx, leaf, at, action, outcome)"
                    + " select ('01890000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, (n / 40)::text::xid8, 'leaf', now(),"
                    + " 'x', 'y' from generate_series(40, 20039) n");
            sql.execute("analyze audit_event");
            assertThat(plan(owner, "200", 90))
                    .contains("Index Scan using audit_event_order")
                    .contains("Index Cond")
                    .doesNotContain("Sort")
                    .doesNotContain("Filter")
                    // Three transactions of forty, and the row that says that the third is over.
                    .containsPattern("audit_event_order.* \\(actual rows=121\\b");
        }
    }

    private static String plan(Connection connection, String cursor, int limit) throws SQLException {
        var plan = new StringBuilder();
        try (var explain = connection.prepareStatement(
                "explain (analyze, costs off, timing off, summary off) " + AuditLogRepository.NEXT.formatted(""))) {
            explain.setString(1, cursor);
            explain.setInt(2, limit);
            try (var lines = explain.executeQuery()) {
                while (lines.next()) {
                    plan.append(lines.getString(1)).append('\n');
                }
            }
        }
        return plan.toString();
    }

    private boolean append(State from, int limit) {
        return postgres.database().write(tx -> {
            var next = tx.auditLog().pending(from.cursor(), false, limit);
            if (next.isEmpty()) {
                return false;
            }
            var rows = next.stream()
                    .map(one -> new LeafRow(one.event(), hasher.leaf(one.leaf())))
                    .toList();
            Frontier.Growth growth =
                    from.frontier().append(rows.stream().map(LeafRow::hash).toList());
            tx.auditLog()
                    .append(
                            from.epoch(),
                            from,
                            rows,
                            growth,
                            next.get(next.size() - 1).tx());
            return true;
        });
    }

    private List<Pending> pending(int limit) {
        return postgres.database().read(tx -> tx.auditLog().pending(state().cursor(), false, limit));
    }

    private State state() {
        return postgres.database().read(tx -> tx.auditLog().find()).orElseThrow();
    }

    private void insert(Connection connection) throws SQLException {
        events++;
        try (var sql = connection.createStatement()) {
            sql.execute(
                    "insert into audit_event (id, leaf, at, action, outcome) values ('01890000-0000-7000-8000-%012d', 'leaf %d',"
                                    .formatted(events, events)
                            + " now(), 'x', 'y')");
        }
    }

    private void insertMany(int count) throws SQLException {
        try (var hub = postgres.asHub();
                var sql = hub.createStatement()) {
            sql.execute("insert into audit_event (id, leaf, at, action, outcome)"
                    + " select ('01890000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, convert_to('leaf ' || n, 'UTF8'),"
                    + " now(), 'x', 'y' from generate_series(%d, %d, -1) n".formatted(events + count, events + 1));
            events += count;
        }
    }
}
