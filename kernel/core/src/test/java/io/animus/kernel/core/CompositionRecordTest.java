package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Transaction;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleEvent;

/** Whatever digest stands on an event or a run can be looked up, and a change is told once. */
@Timeout(120)
class CompositionRecordTest {
    private static final String OF_NODE = "convert_from(leaf, 'UTF8')::json ->> 'node' = ?";

    private static Kernel kernel;

    private final AtomicInteger number = new AtomicInteger(1);
    private final Composition composition = new Composition(() -> CompositionTest.numbered(number.get()));
    private Database database;
    private AuditTrail trail;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder.resolve("database"));
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void hub() {
        database = kernel.anotherDatabase();
        trail = new AuditTrail(database, composition, kernel.clock(), new SecureRandom());
    }

    @AfterEach
    void close() {
        trail.close();
        database.close();
    }

    @Test
    void isOnRecordWithTheFirstEventAndToldOnceItChanges() {
        act();
        act();
        change();
        act();
        act();

        var before = digest(1);
        var after = digest(2);
        assertThat(events())
                .containsExactly(
                        "node.heartbeat " + before,
                        "node.heartbeat " + before,
                        "composition.changed " + after,
                        "node.heartbeat " + after,
                        "node.heartbeat " + after);
        assertThat(recorded(after)).hasValue(CompositionTest.numbered(2).json());
    }

    @Test
    void aChangeThatIsRolledBackIsToldByTheNext() {
        act();
        change();
        try {
            database.write(tx -> {
                succeed(tx);
                throw new IllegalArgumentException("no");
            });
        } catch (IllegalArgumentException expected) {
            act();
        }

        assertThat(events())
                .filteredOn(event -> event.startsWith("composition.changed"))
                .hasSize(1);
        assertThat(recorded(digest(2))).isPresent();
    }

    @Test
    void manyAtOnceTellOneChange() throws Exception {
        act();
        change();
        var crowd = Executors.newFixedThreadPool(8);
        try {
            var acts = IntStream.range(0, 64)
                    .mapToObj(i -> (Callable<Boolean>) () -> {
                        act();
                        return true;
                    })
                    .toList();
            for (var done : crowd.invokeAll(acts)) {
                assertThat(done.get()).isTrue();
            }
        } finally {
            crowd.shutdownNow();
        }

        assertThat(events())
                .filteredOn(event -> event.startsWith("composition.changed"))
                .hasSize(1);
        assertThat(events())
                .filteredOn(event -> event.endsWith(digest(2).value()))
                .hasSize(65);
    }

    @Test
    void isOnRecordWithARefusalToo() {
        number.set(7);
        trail.refuse(
                kernel.somebody(),
                Target.inHub("plugin", null),
                List.of(Violation.of(ProblemCode.FORBIDDEN, "Not you.")));

        assertThat(events()).containsExactly("access.denied " + digest(7));
        assertThat(recorded(digest(7))).isPresent();
    }

    private void change() {
        number.incrementAndGet();
        composition.bundleChanged(CompositionTest.event(BundleEvent.UPDATED));
    }

    private void act() {
        database.write(tx -> {
            succeed(tx);
            return true;
        });
    }

    private void succeed(Transaction tx) {
        trail.succeed(
                tx,
                Caller.hub("test"),
                Action.NODE_HEARTBEAT,
                trail.nodeId(),
                null,
                Json.object().build(),
                kernel.clock().instant());
    }

    private Optional<Json> recorded(Digest digest) {
        return database.read(tx -> tx.compositions().find(digest));
    }

    private static Digest digest(int number) {
        return CompositionTest.numbered(number).digest();
    }

    private List<String> events() {
        return kernel.column(
                "select action || ' ' || (convert_from(leaf, 'UTF8')::json ->> 'composition') from audit_event where "
                        + OF_NODE + " order by (convert_from(leaf, 'UTF8')::json ->> 'nodeSeq')::int",
                trail.node());
    }
}
