package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.RUN;
import static io.animus.kernel.store.postgres.generated.Tables.RUN_TRANSITION;
import static java.util.stream.Collectors.toMap;
import static org.jooq.impl.DSL.inline;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.access.Reach;
import io.animus.kernel.domain.run.DispatchOrder.Demand;
import io.animus.kernel.domain.run.Failure;
import io.animus.kernel.domain.run.FailureCause;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunFilter;
import io.animus.kernel.domain.run.RunKind;
import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.domain.run.RunSpec;
import io.animus.kernel.domain.run.RunState;
import io.animus.kernel.domain.run.RunTransition;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Tables {@code run}, {@code run_input} and {@code run_transition}. */
public final class RunRepository {
    /** Literals, so that the database sees that they are those of its partial index. */
    static final List<Field<String>> ACTIVE = RunState.ACTIVE.stream()
            .<Field<String>>map(state -> inline(state.word()))
            .toList();

    /** The same, for statements that are texts. */
    static final String ACTIVE_WORDS =
            RunState.ACTIVE.stream().map(state -> "'" + state.word() + "'").collect(Collectors.joining(", "));

    private static final List<Field<?>> LISTED = Arrays.stream(RUN.fields())
            .<Field<?>>map(field -> field.equals(RUN.SPEC) ? inline(new byte[0]).as(RUN.SPEC) : field)
            .toList();

    private static final Columns COLUMNS = Columns.of(
            ListFields.RUNS,
            Map.ofEntries(
                    Map.entry("state", RUN.STATE),
                    Map.entry("kind", RUN.KIND),
                    Map.entry("errorClass", RUN.ERROR_CLASS),
                    Map.entry("cause", RUN.CAUSE),
                    Map.entry("exitCode", RUN.EXIT_CODE),
                    Map.entry("attempts", RUN.ATTEMPTS),
                    Map.entry("priority", RUN.PRIORITY),
                    Map.entry("experiment", RUN.EXPERIMENT),
                    Map.entry("tags", RUN.TAGS),
                    Map.entry("requestedRef", RUN.REQUESTED_REF),
                    Map.entry("rerunOf", RUN.RERUN_OF),
                    Map.entry("createdBy.id", Columns.idOf(RUN.CREATED_BY)),
                    Map.entry("createdAt", RUN.CREATED_AT),
                    Map.entry("startedAt", RUN.STARTED_AT),
                    Map.entry("finishedAt", RUN.FINISHED_AT)),
            Key.id(RUN.ID));

    private static final Prepared FIND =
            new Prepared("select " + RunRow.COLUMNS + " from run where project_id = ? and id = ?");
    private static final Prepared FIND_REACHED = new Prepared(FIND.sql() + Guard.and("run.id"));

    private static final Prepared SHOW = new Prepared("select " + RunRow.COLUMNS
            + """
            , milli_cpus, memory_bytes, gpus, state = 'queued' and exists (
                select from run other where other.project_id = run.project_id and other.state in (%s))
            from run where project_id = ? and id = ?"""
                    .formatted(ACTIVE_WORDS));
    private static final Prepared SHOW_REACHED = new Prepared(SHOW.sql() + Guard.and("run.id"));

    private static final Prepared FIND_ALL = new Prepared("select " + RunRow.COLUMNS + " from run where id = any (?)");
    private static final Prepared PROGRESS =
            new Prepared("select id, " + RunRow.PROGRESS + " from run where id = any (?)");
    private static final Prepared LOCK = new Prepared(PROGRESS.sql() + " order by id for no key update");

    private static final Prepared ADVANCE = new Prepared(
            """
            with next as (
                select * from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    as next (id, state, queued_at, attempts, error_class, cause, cause_detail, exit_code,
                        cancel_requested_at, started_at, finished_at, version)),
            moved as (
                update run set state = next.state, queued_at = next.queued_at, attempts = next.attempts,
                    error_class = next.error_class, cause = next.cause, cause_detail = next.cause_detail,
                    exit_code = next.exit_code, cancel_requested_at = next.cancel_requested_at,
                    started_at = next.started_at, finished_at = next.finished_at, version = next.version
                from next where run.id = next.id and run.version = next.version - 1
                returning run.id),
            noted as (
                insert into run_transition (run_id, number, at, state, queued_at, attempt, exit_code, cause,
                    cause_detail)
                select next.id, next.version, ?, next.state, next.queued_at, next.attempts, next.exit_code,
                    next.cause, next.cause_detail
                from next join moved on moved.id = next.id)
            select count(*) from moved""");

    private final Transaction tx;

    RunRepository(Transaction tx) {
        this.tx = tx;
    }

    /**
     * A run, and what tells why it waits.
     *
     * @param demand what it needs
     * @param isBehindOthers whether it is in the queue and other runs of its project are under way
     */
    public record Shown(Run run, Demand demand, boolean isBehindOthers) {}

    /** Stores a new run with its inputs and its first transition. */
    public void insert(Run run, RunSpec spec) {
        if (tx.late().has(LateTable.RUN)) {
            // Not more than one waits, for rows that hold arrays can't be many in a statement.
            tx.connection();
        }
        var progress = run.progress();
        var labels = run.labels();
        tx.late()
                .add(
                        LateTable.RUN,
                        run.id(),
                        run.project(),
                        run.kind().word(),
                        run.spec(),
                        run.specDigest(),
                        run.composition(),
                        labels.experiment(),
                        labels.tags(),
                        labels.requestedRef(),
                        labels.rerunOf(),
                        run.made().at(),
                        run.made().by(),
                        spec.resources().cpu().amount(),
                        spec.resources().memory().amount(),
                        spec.resources().gpu(),
                        spec.timeoutSeconds(),
                        progress.priority(),
                        progress.state().word(),
                        progress.queuedAt(),
                        progress.version());
        for (var input : spec.inputs()) {
            tx.late().add(LateTable.RUN_INPUT, run.id(), run.project(), input.name(), input.datasetVersion());
        }
        tx.late()
                .add(
                        LateTable.RUN_TRANSITION,
                        run.id(),
                        Math.toIntExact(progress.version()),
                        run.made().at(),
                        progress.state().word(),
                        progress.queuedAt(),
                        progress.attempts(),
                        null,
                        null,
                        null);
    }

    /** The run of the project, if what it read is reached. */
    public Optional<Run> find(TypeId project, TypeId id, Reach reach) {
        return reach.isAll()
                ? FIND.find(tx.connection(), RunRow::read, project, id)
                : FIND_REACHED.find(tx.connection(), RunRow::read, project, id, reach.datasets());
    }

    /** The run, if what it read is reached, and what tells why it waits, in one statement. */
    public Optional<Shown> show(TypeId project, TypeId id, Reach reach) {
        return reach.isAll()
                ? SHOW.find(tx.connection(), RunRepository::shown, project, id)
                : SHOW_REACHED.find(tx.connection(), RunRepository::shown, project, id, reach.datasets());
    }

    private static Shown shown(ResultSet row) throws SQLException {
        return new Shown(RunRow.read(row), RunRow.demand(row), row.getBoolean(RunRow.WIDTH + 4));
    }

    /** The run, whatever its project: for the hub itself. */
    public Optional<Run> find(TypeId id) {
        return Optional.ofNullable(find(List.of(id)).get(id));
    }

    /** Those of these runs that there are, whatever their projects: for the hub itself. */
    public Map<TypeId, Run> find(Collection<TypeId> ids) {
        return FIND_ALL.all(tx.connection(), RunRow::read, List.copyOf(ids)).stream()
                .collect(toMap(Run::id, run -> run));
    }

    /** A run of a list, and what it needs. */
    public record Listed(Run run, Demand demand) {}

    /** A page of runs without their specs, which could fill the memory. */
    public Page<Listed> page(TypeId project, Reach reach, RunFilter filter, PageRequest request) {
        var where = RUN.PROJECT_ID.eq(project).and(Guard.reached(RUN.ID, reach));
        if (filter.state() != null) {
            where = where.and(RUN.STATE.eq(filter.state().word()));
        }
        var sought = filter.kind() == null
                ? List.<Condition>of()
                : List.of(RUN.KIND.eq(filter.kind().word()));
        return Paging.page(
                tx.sql().select(LISTED).from(RUN),
                new Scan(tx.sql(), RUN, where, sought, COLUMNS),
                request,
                row -> new Listed(
                        run(row), new Demand(row.get(RUN.MILLI_CPUS), row.get(RUN.MEMORY_BYTES), row.get(RUN.GPUS))));
    }

    /** How each of these runs goes; they are kept from anybody else's hands until the transaction ends. */
    public Map<TypeId, RunProgress> lock(Collection<TypeId> runs) {
        return progress(LOCK, runs);
    }

    /** The run, kept from anybody else's hands until the transaction ends. */
    public Optional<Run> lock(TypeId id) {
        return tx.sql()
                .select(RUN.fields())
                .from(RUN)
                .where(RUN.ID.eq(id))
                .forNoKeyUpdate()
                .fetchOptional(RunRepository::run);
    }

    /** How each of these runs goes. */
    public Map<TypeId, RunProgress> progress(Collection<TypeId> runs) {
        return progress(PROGRESS, runs);
    }

    private Map<TypeId, RunProgress> progress(Prepared question, Collection<TypeId> runs) {
        return question
                .all(
                        tx.connection(),
                        row -> Map.entry(new TypeId(row.getString(1)), RunRow.progress(row, 2)),
                        List.copyOf(runs))
                .stream()
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Stores how the run goes on; returns false if somebody else was faster. */
    public boolean advance(TypeId id, RunProgress next, Instant now) {
        return advance(Map.of(id, next), now);
    }

    /**
     * Stores how these runs go on, with a transition of each, in one statement.
     *
     * @return false if somebody else was faster with any of them; the transaction must end then
     */
    public boolean advance(Map<TypeId, RunProgress> next, Instant now) {
        return ADVANCE.find(tx.connection(), row -> row.getInt(1), ProgressColumns.of(next, now))
                .orElseThrow()
                .equals(next.size());
    }

    /** What the run went through after transition number {@code after}, at most {@code limit} of it. */
    public List<RunTransition> transitions(TypeId run, int after, int limit) {
        return tx.sql()
                .select(RUN_TRANSITION.fields())
                .select(RUN.PRIORITY)
                .from(RUN_TRANSITION)
                .join(RUN)
                .on(RUN.ID.eq(RUN_TRANSITION.RUN_ID))
                .where(RUN_TRANSITION.RUN_ID.eq(run).and(RUN_TRANSITION.NUMBER.gt(after)))
                .orderBy(RUN_TRANSITION.NUMBER)
                .limit(limit)
                .fetch(RunRepository::transition);
    }

    static Run run(Record row) {
        return new Run(
                row.get(RUN.ID),
                row.get(RUN.PROJECT_ID),
                RunKind.of(row.get(RUN.KIND)),
                row.get(RUN.SPEC),
                row.get(RUN.SPEC_DIGEST),
                row.get(RUN.COMPOSITION_DIGEST),
                new Run.Labels(
                        row.get(RUN.EXPERIMENT),
                        Arrays.asList(row.get(RUN.TAGS)),
                        row.get(RUN.REQUESTED_REF),
                        row.get(RUN.RERUN_OF)),
                new Made(row.get(RUN.CREATED_AT), row.get(RUN.CREATED_BY)),
                progress(row));
    }

    private static RunProgress progress(Record row) {
        return new RunProgress(
                row.get(RUN.PRIORITY),
                RunState.of(row.get(RUN.STATE)),
                row.get(RUN.QUEUED_AT),
                row.get(RUN.ATTEMPTS),
                failure(row.get(RUN.CAUSE), row.get(RUN.CAUSE_DETAIL)),
                row.get(RUN.EXIT_CODE),
                row.get(RUN.CANCEL_REQUESTED_AT),
                row.get(RUN.STARTED_AT),
                row.get(RUN.FINISHED_AT),
                row.get(RUN.VERSION));
    }

    static @Nullable Failure failure(@Nullable String cause, @Nullable String detail) {
        return cause == null ? null : new Failure(FailureCause.valueOf(cause), detail == null ? "" : detail);
    }

    private static RunTransition transition(Record row) {
        return new RunTransition(
                row.get(RUN_TRANSITION.RUN_ID),
                row.get(RUN_TRANSITION.NUMBER),
                row.get(RUN_TRANSITION.AT),
                new RunProgress(
                        row.get(RUN.PRIORITY),
                        RunState.of(row.get(RUN_TRANSITION.STATE)),
                        row.get(RUN_TRANSITION.QUEUED_AT),
                        row.get(RUN_TRANSITION.ATTEMPT),
                        failure(row.get(RUN_TRANSITION.CAUSE), row.get(RUN_TRANSITION.CAUSE_DETAIL)),
                        row.get(RUN_TRANSITION.EXIT_CODE),
                        null,
                        null,
                        null,
                        row.get(RUN_TRANSITION.NUMBER)));
    }
}
