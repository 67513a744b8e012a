package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.Outcome;
import io.animus.kernel.audit.Resource;
import io.animus.kernel.core.AuditTrail.Draft;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events without a change of state: together, but none lost, none answered that isn't there, and every number accounted for. */
@Timeout(120)
class EventRingTest {
    private static final int PLACES = 64;
    private static final Duration PATIENCE = Duration.ofMillis(300);
    private static final String OF_NODE = "convert_from(leaf, 'UTF8')::json ->> 'node' = ?";

    private static Kernel kernel;

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
        trail = new AuditTrail(
                database,
                Composition.none(),
                kernel.clock(),
                new SecureRandom(),
                new EventRing(database, PLACES, PATIENCE));
    }

    @AfterEach
    void close() {
        trail.close();
        database.close();
    }

    @Test
    void writesWhatManyAppendInFewTransactions() throws Exception {
        var answered = new TreeSet<String>();
        for (var part : crowd(8, () -> append(200))) {
            for (var event : part) {
                answered.add(event.get().number().toString());
            }
        }

        assertThat(recorded("id")).hasSize(1600).containsExactlyInAnyOrderElementsOf(answered);
        assertThat(numbers()).isEqualTo(ascending(1600));
        assertThat(recorded("distinct tx").size()).isLessThan(800);
    }

    @Test
    void recordsWhatIsSaidOfARefusal() {
        var project = kernel.project();
        var somebody = kernel.member(project, Role.VIEWER);
        var target = new Target("run", "run-1", project.name().value());
        var event = trail.refuse(
                somebody,
                target,
                List.of(
                        Violation.of(ProblemCode.FORBIDDEN, "Not you."),
                        Violation.of(ProblemCode.STATE_CONFLICT, "Not now.")));

        assertThat(kernel.column(
                        "select concat_ws(' ', e.action, e.outcome, e.resource_id, e.project_id, d.actor) from audit_event e"
                                + " join audit_disclosure d on d.event_id = e.id where e.id = ?::uuid",
                        event.number().toString()))
                .containsExactly("access.denied denied run-1 " + project.id() + " " + somebody.principal());
        var page = database.read(tx -> tx.disclosures().find(event, null)).orElseThrow();
        assertThat(page.leaf().disclosed(page.disclosures()).toString()).contains("STATE_CONFLICT");
    }

    @Test
    void makesWhoFindsNoPlaceWaitAndRefusesInTheEnd() throws Exception {
        try (var owner = kernel.asOwner();
                var sql = owner.createStatement()) {
            owner.setAutoCommit(false);
            sql.execute("lock table audit_event in share mode");
            var taken = append(PLACES);
            var before = System.nanoTime();
            assertThatExceptionOfType(DatabaseUnavailableException.class).isThrownBy(() -> append(1));
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(PATIENCE);
            assertThat(taken).noneMatch(CompletableFuture::isDone);
            owner.rollback();

            for (var event : taken) {
                assertThat(event.get()).isNotNull();
            }
        }
        append(1).get(0).get();
        // Who was refused had no number.
        assertThat(numbers()).isEqualTo(ascending(PLACES + 1));
    }

    @Test
    void tellsEverybodyWhenABatchFailsAndDeclaresItsNumbersVoid() throws Exception {
        var life = new Lifecycle(database, trail, kernel.clock());
        try (var owner = kernel.asOwner();
                var sql = owner.createStatement()) {
            sql.execute("create trigger refuse_all before insert on audit_disclosure for each statement"
                    + " execute function refuse_change()");
            for (var event : append(10)) {
                assertThatExceptionOfType(ExecutionException.class).isThrownBy(event::get);
            }
            sql.execute("drop trigger refuse_all on audit_disclosure");
        }
        append(1).get(0).get();
        life.close();

        assertThat(recorded("action")).containsExactlyInAnyOrder("node.started", "access.denied", "node.stopped");
        assertComplete();
    }

    @Test
    void oneThatCannotBeWrittenHarmsNoOther() throws Exception {
        try (var owner = kernel.asOwner();
                var sql = owner.createStatement()) {
            sql.execute("alter table audit_event add constraint no_seven check (resource_id <> 'ref-7') not valid");
            var events = append(10);
            var failed = 0;
            for (var event : events) {
                try {
                    event.get();
                } catch (ExecutionException e) {
                    assertThat(event).isSameAs(events.get(7));
                    failed++;
                }
            }
            sql.execute("alter table audit_event drop constraint no_seven");
            assertThat(failed).isEqualTo(1);
        }
        assertThat(recorded("resource_id")).hasSize(9).doesNotContain("ref-7");
    }

    @Test
    void tellsEverybodyWhenTheDatabaseCutsABatchOffInTheMiddle() throws Exception {
        var life = new Lifecycle(database, trail, kernel.clock());
        try (var owner = kernel.asOwner();
                var sql = owner.createStatement()) {
            owner.setAutoCommit(false);
            sql.execute("lock table audit_disclosure in share mode");
            var events = append(20);
            Await.until("events are written, disclosures are not", () -> kernel.column(
                            "select 1 from pg_locks where not granted")
                    .contains("1"));
            kernel.cutOff("not granted");
            // Some may not have been in that batch.
            owner.rollback();
            var told = 0;
            for (var event : events) {
                try {
                    event.get();
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(DatabaseUnavailableException.class);
                    told++;
                }
            }
            assertThat(told).isPositive();
            assertThat(recorded("id")).hasSize(1 + 20 - told);
        }
        Await.until("a heartbeat", () -> beats(life));
        life.close();
        assertComplete();
    }

    @Test
    void losesNothingThatWasAnsweredWhenTheDatabaseDiesAgainAndAgain() throws Exception {
        var life = new Lifecycle(database, trail, kernel.clock());
        var answered = new ArrayList<TypeId>();
        var told = new AtomicInteger();
        var asked = 0;
        for (var round = 0; round < 8; round++) {
            var threads = Executors.newSingleThreadExecutor();
            var events = threads.submit(() -> append(PLACES));
            kernel.cutOff("locktype = 'transactionid'");
            if (round == 4) {
                kernel.restartDatabase();
            }
            for (var event : events.get()) {
                asked++;
                try {
                    answered.add(event.get());
                } catch (ExecutionException e) {
                    told.incrementAndGet();
                }
            }
            threads.shutdown();
        }
        Await.until(
                "a heartbeat", () -> beats(life) && trail.numbers().doubtful().isEmpty());
        life.close();

        assertThat(answered.size() + told.get()).isEqualTo(asked);
        assertThat(recorded("id"))
                .containsAll(answered.stream().map(id -> id.number().toString()).toList());
        assertComplete();
    }

    @Test
    void writesWhatItHasBeforeItCloses() throws Exception {
        var events = append(50);
        trail.close();

        for (var event : events) {
            assertThat(event).isDone();
            assertThat(event.get()).isNotNull();
        }
        assertThatExceptionOfType(DatabaseUnavailableException.class).isThrownBy(() -> append(1));
    }

    private static boolean beats(Lifecycle life) {
        try {
            life.beat();
            return true;
        } catch (DatabaseUnavailableException e) {
            return false;
        }
    }

    private List<CompletableFuture<TypeId>> append(int count) {
        var answers = new ArrayList<CompletableFuture<TypeId>>();
        for (var i = 0; i < count; i++) {
            answers.add(trail.append(new Draft(
                    Caller.hub("test"),
                    Action.ACCESS_DENIED,
                    new Resource("run", "ref-" + i, null),
                    Outcome.DENIED,
                    "FORBIDDEN",
                    Json.object().put("operation", "test").build(),
                    kernel.clock().instant())));
        }
        return answers;
    }

    private static <T> List<T> crowd(int count, Callable<T> part) throws Exception {
        var threads = Executors.newFixedThreadPool(count);
        try {
            var done = new ArrayList<T>();
            for (var one : threads.invokeAll(Collections.nCopies(count, part))) {
                done.add(one.get());
            }
            return done;
        } finally {
            threads.shutdownNow();
        }
    }

    /** Every number up to the last is that of an event, or declared void. */
    private void assertComplete() {
        var accounted = new TreeSet<>(numbers());
        accounted.addAll(voided());
        assertThat(accounted)
                .containsExactlyElementsOf(ascending(accounted.last().intValue()));
    }

    private List<Long> voided() {
        var numbers = new ArrayList<Long>();
        for (var id :
                kernel.column("select id from audit_event where action like 'node.%' and " + OF_NODE, trail.node())) {
            var event = database.read(tx -> tx.disclosures().find(TypeId.of("aud", UUID.fromString(id)), null))
                    .orElseThrow();
            var said = new String(event.leaf().disclosed(event.disclosures()).canonical(), StandardCharsets.UTF_8);
            var ranges = Pattern.compile("\\[(\\d+),(\\d+)]").matcher(said);
            while (ranges.find()) {
                LongStream.rangeClosed(Long.parseLong(ranges.group(1)), Long.parseLong(ranges.group(2)))
                        .forEach(numbers::add);
            }
        }
        return numbers;
    }

    private List<String> recorded(String column) {
        return kernel.column("select " + column + " from audit_event where " + OF_NODE, trail.node());
    }

    private List<Long> numbers() {
        return recorded("convert_from(leaf, 'UTF8')::json ->> 'nodeSeq'").stream()
                .map(Long::valueOf)
                .sorted()
                .toList();
    }

    private static List<Long> ascending(int last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }
}
