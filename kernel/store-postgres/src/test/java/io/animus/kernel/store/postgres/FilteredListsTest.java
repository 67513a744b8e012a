package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.PROJECT;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListField;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.ListFilter;
import io.animus.kernel.domain.ListFilter.Relation;
import io.animus.kernel.domain.ListValue;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Order;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.Reach;
import io.animus.kernel.domain.run.RunFilter;
import io.animus.kernel.domain.run.RunKind;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists with filters on a real PostgreSQL: what they hold, and what they cost. */
class FilteredListsTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00.000001Z");
    private static final RunFilter ANY = new RunFilter(null, null);
    private static TestDatabase postgres;

    @BeforeAll
    static void start(@TempDir Path folder) {
        postgres = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    /** {@code ItemFields} and the database mean the same by a filter. */
    @Test
    void holdsWhatAnEvaluationInMemoryHolds() {
        var project = project(1);
        var random = new Random(59);
        var runs = IntStream.range(0, 200)
                .mapToObj(i -> SampleRun.random(random, project, i))
                .toList();
        insert(runs);
        var some = 0;
        for (var i = 0; i < 80; i++) {
            var filter = SampleFilters.random(random, runs);
            var descends = random.nextBoolean();
            var expected = new ArrayList<>(runs.stream()
                    .filter(run -> SampleFilters.IN_MEMORY.holds(filter, run))
                    .map(SampleRun::id)
                    .toList());
            if (descends) {
                Collections.reverse(expected);
            }

            var found = read(project, filter, descends, 30 + random.nextInt(100), () -> {});

            assertThat(found).as("%s", filter).isEqualTo(expected);
            some += expected.isEmpty() || expected.size() == runs.size() ? 0 : 1;
        }
        assertThat(some)
                .as("filters that hold for some runs and not for others")
                .isGreaterThan(25);
    }

    /** Whatever is there from the beginning comes once, and nothing twice, whatever is added meanwhile. */
    @Test
    void staysStableUnderInserts() {
        var project = project(2);
        var random = new Random(60);
        insert(IntStream.range(0, 200)
                .mapToObj(i -> SampleRun.random(random, project, 10 * i))
                .toList());
        var filter = compared("priority", Relation.LESS, new ListValue.Number(50));
        for (var descends : List.of(true, false)) {
            var before = read(project, filter, descends, 500, () -> {});
            var seen = read(project, filter, descends, 7, () -> {
                var places = IntStream.generate(() -> random.nextInt(40_000))
                        .filter(place -> place % 10 != 0)
                        .limit(5);
                insertNew(places.mapToObj(place -> SampleRun.random(random, project, place))
                        .toList());
            });

            assertThat(seen).doesNotHaveDuplicates().containsAll(before);
            assertThat(seen.stream().filter(before::contains)).isEqualTo(before);
        }
    }

    /** Four pages of 5,000, of which one holds the one run that is wanted, and what is left. */
    @Test
    void looksAtSoManyItemsForAPageAndNoMore() throws SQLException {
        var project = project(3);
        fill(project, 4 * Scan.FARTHEST);
        var filter = new ListFilter.All(List.of(
                compared("priority", Relation.EQUAL, new ListValue.Number(50)),
                new ListFilter.OneOf(field("exitCode"), List.of(new ListValue.Number(7)))));

        assertThat(found("run", filter, (tx, request) -> tx.runs().page(project, Reach.ALL, ANY, request)))
                .containsExactly(0, 1, 0, 0, 0);
        // No index serves for the kind either.
        var production = new RunFilter(null, RunKind.PRODUCTION);
        assertThat(found("run", null, (tx, request) -> tx.runs().page(project, Reach.ALL, production, request)))
                .containsExactly(0, 1, 0, 0, 0);
    }

    @Test
    void looksNoFurtherForWhatAParameterAsksForAmongEvents() throws SQLException {
        fillEvents(2 * Scan.FARTHEST + 10);
        var year = Duration.ofDays(365);
        for (var absent : List.of(
                new AuditRepository.Filter(null, null, null, "nothing.done", null, null, null, null),
                new AuditRepository.Filter(null, null, null, null, null, "denied", null, null),
                new AuditRepository.Filter(null, null, null, null, null, null, NOON.plus(year), null),
                new AuditRepository.Filter(null, null, null, null, null, null, null, NOON.minus(year)))) {
            assertThat(found("audit_event", null, (tx, request) -> tx.audit().page(absent, request)))
                    .as("%s", absent)
                    .containsExactly(0, 0, 0);
        }
    }

    /** How many items each page of a list has; none reads more of the table than it may. */
    private static List<Integer> found(String table, @Nullable ListFilter filter, Asked list) {
        var found = new ArrayList<Integer>();
        @Nullable String after = null;
        do {
            var request = new PageRequest(50, after, Order.NEWEST_FIRST, filter);
            Page<?> page = postgres.database().write(tx -> {
                var before = read(tx, table);
                Page<?> asked = list.page(tx, request);
                assertThat(read(tx, table) - before)
                        .as("entries and rows read")
                        .isLessThanOrEqualTo(Scan.FARTHEST + 60);
                return asked;
            });
            found.add(page.items().size());
            after = page.next();
        } while (after != null);
        return found;
    }

    @Test
    void readsOnlyAsFarAsAPageGoes() throws SQLException {
        var project = project(4);
        fill(project, 4 * Scan.FARTHEST);
        var filter = compared("priority", Relation.EQUAL, new ListValue.Number(50));
        var request = new PageRequest(50, null, Order.NEWEST_FIRST, filter);

        var read = postgres.database().write(tx -> {
            var before = read(tx, "run");
            assertThat(tx.runs().page(project, Reach.ALL, ANY, request).items()).hasSize(50);
            return read(tx, "run") - before;
        });

        assertThat(read).as("entries and rows read").isLessThanOrEqualTo(200);
    }

    @Test
    void everyFieldHasAColumn() {
        for (var field : ListFields.AUDIT_EVENTS) {
            var filter = new ListFilter.Not(new ListFilter.Absent(field));
            var request = new PageRequest(5, null, Order.NEWEST_FIRST, filter);
            var page = postgres.database().read(tx -> tx.audit()
                    .page(new AuditRepository.Filter(null, null, null, null, "none", null, null, null), request));
            assertThat(page.items()).as(field.name()).isEmpty();
        }
        var none = new TypeId("mdl_00000000000000000000000000");
        ask(ListFields.MODELS, (tx, request) -> tx.models().page(none, request));
        ask(ListFields.MODEL_VERSIONS, (tx, request) -> tx.modelVersions().page(none, Reach.ALL, request));
        ask(ListFields.DATASETS, (tx, request) -> tx.datasets().page(none, Reach.ALL, request));
        ask(ListFields.DATASET_VERSIONS, (tx, request) -> tx.datasetVersions().page(none, request));
        ask(ListFields.ARTIFACTS, (tx, request) -> tx.artifacts().page(none, request));
        ask(ListFields.ROLE_BINDINGS, (tx, request) -> tx.roleBindings().page(none, Reach.ALL, request));
        ask(ListFields.ENVIRONMENTS, (tx, request) -> tx.environments().page(none, request));
        ask(ListFields.ENVIRONMENT_VERSIONS, (tx, request) -> tx.environments().pageOfVersions(none, request));
        ask(ListFields.ENVIRONMENT_LOCKS, (tx, request) -> tx.environmentLocks().page(none, request));
        ask(ListFields.ATTEMPTS, (tx, request) -> tx.attempts().page(none, request));
        ask(ListFields.WEBHOOKS, (tx, request) -> tx.webhooks().page(none, request));
        ask(ListFields.DELIVERIES, (tx, request) -> tx.deliveries().page(none, null, request));
        ask(ListFields.API_KEYS, (tx, request) -> tx.apiKeys().page(none, request));
        ask(ListFields.SERVICE_ACCOUNTS, (tx, request) -> tx.serviceAccounts().page(request));
        ask(ListFields.AUDIT_SINKS, (tx, request) -> tx.sinks().page(request));
        ask(ListFields.DEAD_LETTERS, Order.Key.LEAF_INDEX, (tx, request) -> tx.deadLetters()
                .page(none, request));
        ask(ListFields.PROJECTS, (tx, request) -> tx.projects().page(request, Principal.ANONYMOUS, false));
    }

    private interface Asked {
        Page<?> page(Transaction tx, PageRequest request);
    }

    private static void ask(List<ListField> fields, Asked list) {
        ask(fields, Order.Key.CREATION, list);
    }

    private static void ask(List<ListField> fields, Order.Key key, Asked list) {
        for (var field : fields) {
            var filter = SampleFilters.anyOf(field);
            var request = new PageRequest(5, null, new Order(key, true), filter);
            Page<?> page = postgres.database().read(tx -> list.page(tx, request));
            assertThat(page.items()).as(field.name()).isEmpty();
        }
    }

    private static List<TypeId> read(
            TypeId project, ListFilter filter, boolean descends, int size, Runnable betweenPages) {
        var ids = new ArrayList<TypeId>();
        @Nullable String after = null;
        do {
            var request = new PageRequest(size, after, new Order(Order.Key.CREATION, descends), filter);
            var page = postgres.database().read(tx -> tx.runs().page(project, Reach.ALL, ANY, request));
            assertThat(page.items()).hasSizeLessThanOrEqualTo(size);
            page.items().forEach(listed -> ids.add(listed.run().id()));
            after = page.next();
            betweenPages.run();
        } while (after != null);
        return ids;
    }

    private static ListFilter compared(String name, Relation relation, ListValue value) {
        return new ListFilter.Compared(field(name), relation, value);
    }

    private static ListField field(String name) {
        Predicate<ListField> named = field -> field.name().equals(name);
        return ListFields.RUNS.stream().filter(named).findFirst().orElseThrow();
    }

    private static void insertNew(List<SampleRun> runs) {
        insert(runs.stream()
                .filter(run ->
                        postgres.database().read(tx -> tx.runs().find(run.id())).isEmpty())
                .distinct()
                .toList());
    }

    private static void insert(List<SampleRun> runs) {
        postgres.database().write(tx -> {
            runs.forEach(run -> run.insert(tx.sql()));
            return runs;
        });
    }

    /** How much this session has read of a table: entries of its indexes, and rows where it had to scan. */
    private static long read(Transaction tx, String table) {
        return tx.sql()
                .fetchSingle(
                        """
                        select pg_stat_get_xact_tuples_returned(%1$s)
                            + (select sum(pg_stat_get_xact_tuples_returned(indexrelid)) from pg_index where indrelid = %1$s)"""
                                .formatted("'" + table + "'::regclass"))
                .get(0, Long.class);
    }

    /** Events of a single action, which can't be read. */
    private static void fillEvents(int count) throws SQLException {
        try (var owner = postgres.asOwner();
                var sql = owner.createStatement()) {
            sql.execute(
                    """
                    insert into audit_event (id, leaf, at, action, outcome)
                    select ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, '', '%s', 'run.created', 'success'
                    from generate_series(1, %d) i"""
                            .formatted(NOON, count));
            sql.execute("analyze audit_event");
        }
    }

    /** Succeeded runs, of which one has another exit code and is for production. */
    private static void fill(TypeId project, int count) throws SQLException {
        try (var owner = postgres.asOwner();
                var sql = owner.createStatement()) {
            sql.execute(
                    """
                    insert into run (id, project_id, kind, spec, spec_digest, composition_digest, tags, created_at,
                        created_by, milli_cpus, memory_bytes, gpus, timeout_seconds, priority, state, queued_at, exit_code)
                    select 'run_0' || lpad(%1$d::text, 10, '0') || lpad(i::text, 15, '0'), '%2$s',
                        case i when %3$d then 'production' else 'development' end, '',
                        'sha256:' || repeat('0', 64), 'sha256:' || repeat('0', 64), '{}', now(), 'system:hub', 1000, 1024,
                        0, 60, 50, 'succeeded', now(), case i when %3$d then 7 else 0 end
                    from generate_series(1, %4$d) i"""
                            .formatted(
                                    Integer.parseInt(project.value().substring(5, 15)),
                                    project,
                                    count - Scan.FARTHEST - 10,
                                    count));
            sql.execute("analyze run");
        }
    }

    private static TypeId project(int number) {
        var id = new TypeId("prj_0%010d%015d".formatted(number, 0));
        postgres.database().write(tx -> tx.sql()
                .insertInto(PROJECT)
                .set(PROJECT.ID, id)
                .set(PROJECT.NAME, new Name("project-" + number))
                .set(PROJECT.LABELS, Json.object().build())
                .set(PROJECT.QUOTA, Json.object().build())
                .set(PROJECT.CONCURRENT_RUNS, 1)
                .set(PROJECT.NETWORK_CLASSES, new String[0])
                .set(PROJECT.PLUGINS, Json.object().build())
                .set(PROJECT.STATUS, "active")
                .set(PROJECT.CREATED_AT, NOON)
                .set(PROJECT.CREATED_BY, Principal.HUB)
                .set(PROJECT.UPDATED_AT, NOON)
                .execute());
        return id;
    }
}
