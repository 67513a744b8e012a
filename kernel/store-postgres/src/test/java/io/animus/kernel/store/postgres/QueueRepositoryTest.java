package io.animus.kernel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.jooq.impl.DSL.val;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Quantity;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.project.About;
import io.animus.kernel.domain.project.PluginBindings;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.domain.project.Quota;
import io.animus.kernel.domain.run.Attempt;
import io.animus.kernel.domain.run.DispatchOrder.Candidate;
import io.animus.kernel.domain.run.Placement;
import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.domain.run.RunState;
import io.animus.kernel.domain.run.RunTransition;
import io.animus.kernel.store.postgres.QueueRepository.UnderWay;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queue as scheduler and reconciler see it, and what it costs. */
class QueueRepositoryTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static TestDatabase postgres;
    private static int projects;

    @BeforeAll
    static void start(@TempDir Path folder) {
        postgres = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void showsTheHeadsByPriorityThenTimeThenId() {
        var project = project(10);
        queue(project, 1, 50, NOW);
        queue(project, 2, 90, NOW);
        queue(project, 3, 50, NOW.minusSeconds(1));
        queue(project, 4, 50, NOW);
        queue(project, 5, 99, NOW.plusSeconds(1));

        assertThat(heads(project, 3)).containsExactly(run(project, 2), run(project, 3), run(project, 1));
        assertThat(waiting()).contains(project);
    }

    @Test
    void subtractsWhatIsUnderWayFromTheQuota() {
        var project = project(3);
        queue(project, 1, 50, NOW);
        queue(project, 2, 50, NOW);
        move(run(project, 1), RunProgress::dispatching);

        var room = postgres.database()
                .read(tx -> tx.queue().rooms(List.of(project)))
                .get(project);

        assertThat(room.active()).isEqualTo(1);
        assertThat(room.places()).isEqualTo(2);
        assertThat(room.left().milliCpus()).isEqualTo(15_000);
        assertThat(room.left().memoryBytes()).isEqualTo((64L << 30) - 1024);
    }

    @Test
    void saysWhereTheRunsOfAProjectGo() {
        var free = project(3);
        var bound = project(3, new PluginBindings(null, null, "container.gpu", null));

        var shares = postgres.database().read(tx -> tx.queue().shares(List.of(free, bound)));

        assertThat(shares.get(free).executor()).isNull();
        assertThat(shares.get(bound).executor()).isEqualTo("container.gpu");
        assertThat(shares.get(bound).room().places()).isEqualTo(3);
    }

    @Test
    void keepsForEachAttemptWhereItsJobIs() throws SQLException {
        var project = project(3);
        queue(project, 1, 50, NOW);
        queue(project, 2, 50, NOW);
        var here = new Placement("executor/container/default", "container-1");
        var there = new Placement("executor/container/gpu", "container-2");

        postgres.database().write(tx -> {
            tx.attempts().insert(List.of(attempt(project, 1, here), attempt(project, 2, there)));
            return null;
        });
        for (var number : List.of(1, 2)) {
            move(run(project, number), RunProgress::dispatching);
        }

        assertThat(postgres.database().read(tx -> tx.queue().underWay(5_000)).stream()
                        .filter(underWay -> underWay.project().equals(project)))
                .extracting(UnderWay::placement)
                .containsExactly(here, there);
        assertThat(postgres.database()
                        .read(tx -> tx.attempts().find(run(project, 2), 1))
                        .orElseThrow()
                        .placement())
                .isEqualTo(there);
        try (var owner = postgres.asOwner();
                var sql = owner.createStatement()) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> sql.execute("update attempt set executor = 'executor/container/other'"));
        }
    }

    @Test
    void saysWhereARunUnderWayKeepsWhatItLeaves() {
        var project = project(3, new PluginBindings(null, null, null, "memory.vault"));
        queue(project, 1, 50, NOW);
        postgres.database().write(tx -> {
            tx.attempts().insert(List.of(attempt(project, 1, new Placement("executor/container/default", "plane"))));
            return null;
        });
        move(run(project, 1), RunProgress::dispatching);

        assertThat(postgres.database().read(tx -> tx.queue().underWay(5_000)).stream()
                        .filter(underWay -> underWay.project().equals(project)))
                .extracting(UnderWay::store, UnderWay::isNoted)
                .containsExactly(tuple("memory.vault", false));
    }

    @Test
    void leavesOutWhatAnotherTransactionHolds() {
        var project = project(10);
        queue(project, 1, 50, NOW);
        queue(project, 2, 50, NOW);

        var seen = postgres.database().write(tx -> {
            tx.runs().lock(run(project, 1));
            var threads = Executors.newSingleThreadExecutor();
            try {
                return threads.submit(() -> heads(project, 5)).get();
            } catch (ExecutionException | InterruptedException e) {
                throw new AssertionError(e);
            } finally {
                threads.shutdown();
            }
        });

        assertThat(seen).containsExactly(run(project, 2));
    }

    @Test
    void movesOnlyWhatNobodyElseMovedAndNotesEachState() {
        var project = project(10);
        queue(project, 1, 50, NOW);
        queue(project, 2, 50, NOW);
        var first = progress(run(project, 1));
        var second = progress(run(project, 2));
        move(run(project, 2), RunProgress::dispatching);

        var moved = postgres.database().read(tx -> tx.runs()
                .advance(Map.of(run(project, 1), first.dispatching(), run(project, 2), second.dispatching()), NOW));

        assertThat(moved).as("one of them was moved before").isFalse();
        assertThat(transitions(run(project, 2)))
                .extracting(
                        RunTransition::number,
                        transition -> transition.progress().state())
                .containsExactly(tuple(1, RunState.QUEUED), tuple(2, RunState.DISPATCHING));
    }

    @Test
    void tenThousandRunsInTheQueueCostWhatAHundredCost() throws SQLException {
        var project = project(10);
        fill(project, "queued", 0, 100);
        var few = cost(project);
        fill(project, "queued", 100, 9_900);
        fill(project, "succeeded", 10_000, 5_000);
        var many = cost(project);

        assertThat(few.get(0)).isBetween(10L, 30L);
        assertThat(many).as("rows and index entries that are read").isEqualTo(few);
    }

    @Test
    void askingForWaitingProjectsCostsByTheProjectNotByTheRun() throws SQLException {
        IntStream.range(0, 20).forEach(i -> queue(project(10), 1, 50, NOW));
        var big = project(10);
        fill(big, "queued", 0, 10_000);

        postgres.database().write(tx -> {
            var before = read(tx);
            var found = tx.queue().waitingProjects();
            assertThat(found).contains(big).doesNotHaveDuplicates().hasSizeGreaterThan(20);
            assertThat(read(tx) - before).isPositive().isLessThan(4L * found.size());
            return found;
        });
    }

    @Test
    void askingForWhatIsUnderWayCostsByTheRunUnderWayNotByTheAttemptsThereWere() throws SQLException {
        var project = project(10);
        fill(project, "running", 0, 3_000);
        try (var owner = postgres.asOwner();
                var sql = owner.createStatement()) {
            sql.execute("insert into attempt (id, run_id, number, executor, data_plane, created_at) "
                    + "select 'att_' || substr(id, 5), id, 1, 'any', 'here', now() from run "
                    + "where project_id = '" + project + "'");
            sql.execute("update run set attempts = 1 where project_id = '" + project + "'");
            sql.execute(
                    "insert into stored_object (project_id, digest, store, stored_at) select '" + project
                            + "', 'sha256:' || lpad(to_hex(i), 64, '0'), 'memory.vault', now() from generate_series(1, 3000) i");
            // What the planner knows is of a moment at which very much was under way.
            sql.execute("analyze run, attempt, stored_object");
            sql.execute("update run set state = 'succeeded' where project_id = '" + project + "' and id > '"
                    + run(project, 19) + "'");
            sql.execute("vacuum run");
        }

        postgres.database().write(tx -> {
            // After the fifth time the server may keep to a plan that it made without knowing the limit.
            for (var i = 0; i < 12; i++) {
                var before = read(tx, "attempt") + read(tx, "run");
                var placesBefore = read(tx, "project") + read(tx, "stored_object");
                var found = tx.queue().underWay(5_000);
                assertThat(found)
                        .filteredOn(run -> run.project().equals(project))
                        .extracting(QueueRepository.UnderWay::run)
                        .containsExactlyElementsOf(IntStream.range(0, 20)
                                .mapToObj(number -> run(project, number))
                                .toList());
                assertThat(read(tx, "attempt") + read(tx, "run") - before)
                        .as("time " + i)
                        .isPositive()
                        .isLessThan(6L * found.size());
                assertThat(read(tx, "project") + read(tx, "stored_object") - placesBefore)
                        .as("time " + i)
                        .isPositive()
                        .isLessThan(6L * found.size());
            }
            return project;
        });
    }

    /** How much each question of the scheduler reads of the table of runs. */
    private static List<Long> cost(TypeId project) {
        return List.of(cost(tx -> tx.queue().heads(tx.queue().rooms(List.of(project)), 10, NOW)), cost(tx -> tx.queue()
                .rooms(List.of(project))));
    }

    private static long cost(Function<Transaction, ?> question) {
        return postgres.database().write(tx -> {
            var before = read(tx);
            question.apply(tx);
            return read(tx) - before;
        });
    }

    private static long read(Transaction tx) {
        return read(tx, "run");
    }

    /** What this session has read of a table: entries of its indexes, and rows where it had to scan. */
    private static long read(Transaction tx, String table) {
        return tx.sql()
                .fetchSingle(
                        """
                        select pg_stat_get_xact_tuples_returned({0}::regclass)
                            + (select sum(pg_stat_get_xact_tuples_returned(indexrelid)) from pg_index
                                where indrelid = {0}::regclass)""",
                        val(table))
                .get(0, Long.class);
    }

    private static List<TypeId> heads(TypeId project, int most) {
        return postgres.database().write(tx -> tx.queue().heads(tx.queue().rooms(List.of(project)), most, NOW)).stream()
                .map(Candidate::run)
                .toList();
    }

    private static List<TypeId> waiting() {
        return postgres.database().read(tx -> tx.queue().waitingProjects());
    }

    private static RunProgress progress(TypeId run) {
        return postgres.database().read(tx -> tx.runs().find(run)).orElseThrow().progress();
    }

    private static void move(TypeId run, UnaryOperator<RunProgress> step) {
        var next = step.apply(progress(run));
        assertThat(postgres.database().<Boolean>write(tx -> tx.runs().advance(run, next, NOW)))
                .isTrue();
    }

    private static List<RunTransition> transitions(TypeId run) {
        return postgres.database().read(tx -> tx.runs().transitions(run, 0, 10));
    }

    private static Attempt attempt(TypeId project, int number, Placement placement) {
        var run = run(project, number);
        var id = new TypeId(run.value().replace("run_", "att_"));
        return new Attempt(id, run, 1, placement, NOW, null, null, null);
    }

    private static TypeId project(int places) {
        return project(places, PluginBindings.NONE);
    }

    private static TypeId project(int places, PluginBindings bindings) {
        var number = ++projects;
        var id = id("prj", number, 0);
        var quota = new Quota(places, Quantity.cpu("16"), Quantity.bytes("64Gi"), 0);
        var project = new Project(
                id,
                new Name("project-" + number),
                new About(null, null, Map.of()),
                quota,
                List.of(),
                bindings,
                Project.Status.ACTIVE,
                new Made(NOW, Principal.HUB),
                NOW,
                1);
        postgres.database().write(tx -> tx.projects().insert(project));
        return id;
    }

    private static TypeId run(TypeId project, int number) {
        return id("run", Integer.parseInt(project.value().substring(5, 15)), number);
    }

    private static void queue(TypeId project, int number, int priority, Instant since) {
        insert(project, number, 1, "queued", priority, since);
    }

    private static void fill(TypeId project, String state, int from, int count) throws SQLException {
        insert(project, from, count, state, 50, NOW);
        try (var owner = postgres.asOwner();
                var sql = owner.createStatement()) {
            sql.execute("analyze run");
        }
    }

    private static void insert(TypeId project, int from, int count, String state, int priority, Instant since) {
        var first = run(project, from).value();
        try (var owner = postgres.asOwner();
                var sql = owner.prepareStatement(
                        """
                        with made as (
                            insert into run (id, project_id, kind, spec, spec_digest, composition_digest, tags, created_at,
                                created_by, milli_cpus, memory_bytes, gpus, timeout_seconds, priority, state, queued_at)
                            select left(?, 20) || lpad((? + i)::text, 10, '0'), ?, 'development', '',
                                'sha256:' || repeat('0', 64), 'sha256:' || repeat('0', 64), '{}', now(), 'system:hub', 1000,
                                1024, 0, 60, ?, ?, ?::timestamptz
                            from generate_series(0, ? - 1) i returning id, state, queued_at)
                        insert into run_transition (run_id, number, at, state, queued_at, attempt)
                        select id, 1, now(), state, queued_at, 0 from made""")) {
            sql.setString(1, first);
            sql.setInt(2, from);
            sql.setString(3, project.value());
            sql.setInt(4, priority);
            sql.setString(5, state);
            sql.setString(6, since.toString());
            sql.setInt(7, count);
            sql.executeUpdate();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** {@code prj_0<project><zeros>} and {@code run_0<project>00000<number>}, 26 digits each. */
    private static TypeId id(String prefix, int project, int number) {
        return new TypeId("%s_0%010d%05d%010d".formatted(prefix, project, 0, number));
    }
}
