package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.PROJECT;
import static io.animus.kernel.store.postgres.generated.Tables.RUN;
import static io.animus.kernel.store.postgres.generated.Tables.RUN_INPUT;
import static io.animus.kernel.store.postgres.generated.Tables.RUN_TRANSITION;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.select;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.run.Failure;
import io.animus.kernel.domain.run.FailureCause;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunFilter;
import io.animus.kernel.domain.run.RunInput;
import io.animus.kernel.domain.run.RunKind;
import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.domain.run.RunSpec;
import io.animus.kernel.domain.run.RunState;
import io.animus.kernel.domain.run.RunTransition;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Tables {@code run}, {@code run_input} and {@code run_transition}. */
public final class RunRepository {
    static final String[] ACTIVE = RunState.ACTIVE.stream().map(RunState::word).toArray(String[]::new);

    private final DSLContext sql;

    RunRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** Stores a new run with its inputs and its first transition. */
    public void insert(Run run, RunSpec spec) {
        var progress = run.progress();
        var labels = run.labels();
        sql.insertInto(RUN)
                .set(RUN.ID, run.id())
                .set(RUN.PROJECT_ID, run.project())
                .set(RUN.KIND, run.kind().word())
                .set(RUN.SPEC, run.spec())
                .set(RUN.SPEC_DIGEST, run.specDigest())
                .set(RUN.COMPOSITION_DIGEST, run.composition())
                .set(RUN.EXPERIMENT, labels.experiment())
                .set(RUN.TAGS, labels.tags().toArray(String[]::new))
                .set(RUN.REQUESTED_REF, labels.requestedRef())
                .set(RUN.RERUN_OF, labels.rerunOf())
                .set(RUN.CREATED_AT, run.made().at())
                .set(RUN.CREATED_BY, run.made().by())
                .set(RUN.MILLI_CPUS, spec.resources().cpu().amount())
                .set(RUN.MEMORY_BYTES, spec.resources().memory().amount())
                .set(RUN.GPUS, spec.resources().gpu())
                .set(RUN.TIMEOUT_SECONDS, spec.timeoutSeconds())
                .set(RUN.PRIORITY, progress.priority())
                .set(RUN.STATE, progress.state().word())
                .set(RUN.QUEUED_AT, progress.queuedAt())
                .set(RUN.VERSION, progress.version())
                .execute();
        if (!spec.inputs().isEmpty()) {
            var inputs = sql.insertInto(
                    RUN_INPUT, RUN_INPUT.RUN_ID, RUN_INPUT.PROJECT_ID, RUN_INPUT.NAME, RUN_INPUT.DATASET_VERSION_ID);
            for (RunInput input : spec.inputs()) {
                inputs = inputs.values(run.id(), run.project(), input.name(), input.datasetVersion());
            }
            inputs.execute();
        }
        insertTransition(run.id(), progress, run.made().at());
    }

    public Optional<Run> find(TypeId project, TypeId id) {
        return sql.select(RUN.fields())
                .from(RUN)
                .where(RUN.PROJECT_ID.eq(project).and(RUN.ID.eq(id)))
                .fetchOptional(RunRepository::run);
    }

    /** The run, whatever its project: for the hub itself. */
    public Optional<Run> find(TypeId id) {
        return sql.select(RUN.fields()).from(RUN).where(RUN.ID.eq(id)).fetchOptional(RunRepository::run);
    }

    public Page<Run> page(TypeId project, RunFilter filter, PageRequest request) {
        var where = RUN.PROJECT_ID.eq(project);
        if (filter.state() != null) {
            where = where.and(RUN.STATE.eq(filter.state().word()));
        }
        if (filter.kind() != null) {
            where = where.and(RUN.KIND.eq(filter.kind().word()));
        }
        return Paging.page(
                sql.select(RUN.fields()).from(RUN).where(where), RUN.ID, request, RunRepository::run, Run::id);
    }

    /** Whether as many runs of the project are under way as its quota lets. */
    public boolean isQuotaInUse(TypeId project) {
        var active = field(
                select(count()).from(RUN).where(RUN.PROJECT_ID.eq(project)).and(RUN.STATE.in(ACTIVE)));
        return sql.select(active.ge(PROJECT.CONCURRENT_RUNS))
                .from(PROJECT)
                .where(PROJECT.ID.eq(project))
                .fetchSingle()
                .value1();
    }

    /** Stores how the run goes on; returns false if somebody else was faster. */
    public boolean advance(TypeId id, RunProgress next, Instant now) {
        var failure = next.failure();
        var moved = sql.update(RUN)
                .set(RUN.STATE, next.state().word())
                .set(RUN.QUEUED_AT, next.queuedAt())
                .set(RUN.ATTEMPTS, next.attempts())
                .set(
                        RUN.ERROR_CLASS,
                        failure == null ? null : failure.errorClass().word())
                .set(RUN.CAUSE, failure == null ? null : failure.cause().name())
                .set(RUN.CAUSE_DETAIL, failure == null ? null : failure.detail())
                .set(RUN.EXIT_CODE, next.exitCode())
                .set(RUN.CANCEL_REQUESTED_AT, next.cancelRequested())
                .set(RUN.STARTED_AT, next.started())
                .set(RUN.FINISHED_AT, next.finished())
                .set(RUN.VERSION, next.version())
                .where(RUN.ID.eq(id).and(RUN.VERSION.eq(next.version() - 1)))
                .execute();
        if (moved == 1) {
            insertTransition(id, next, now);
        }
        return moved == 1;
    }

    /** What the run went through after transition number {@code after}, at most {@code limit} of it. */
    public List<RunTransition> transitions(TypeId run, int after, int limit) {
        return sql.select(RUN_TRANSITION.fields())
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
                new RunProgress(
                        row.get(RUN.PRIORITY),
                        RunState.of(row.get(RUN.STATE)),
                        row.get(RUN.QUEUED_AT),
                        row.get(RUN.ATTEMPTS),
                        failure(row.get(RUN.CAUSE), row.get(RUN.CAUSE_DETAIL)),
                        row.get(RUN.EXIT_CODE),
                        row.get(RUN.CANCEL_REQUESTED_AT),
                        row.get(RUN.STARTED_AT),
                        row.get(RUN.FINISHED_AT),
                        row.get(RUN.VERSION)));
    }

    static @Nullable Failure failure(@Nullable String cause, @Nullable String detail) {
        return cause == null ? null : new Failure(FailureCause.valueOf(cause), detail == null ? "" : detail);
    }

    private void insertTransition(TypeId run, RunProgress progress, Instant now) {
        var failure = progress.failure();
        sql.insertInto(RUN_TRANSITION)
                .set(RUN_TRANSITION.RUN_ID, run)
                .set(RUN_TRANSITION.NUMBER, Math.toIntExact(progress.version()))
                .set(RUN_TRANSITION.AT, now)
                .set(RUN_TRANSITION.STATE, progress.state().word())
                .set(RUN_TRANSITION.QUEUED_AT, progress.queuedAt())
                .set(RUN_TRANSITION.ATTEMPT, progress.attempts())
                .set(RUN_TRANSITION.EXIT_CODE, progress.exitCode())
                .set(
                        RUN_TRANSITION.CAUSE,
                        failure == null ? null : failure.cause().name())
                .set(RUN_TRANSITION.CAUSE_DETAIL, failure == null ? null : failure.detail())
                .execute();
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
