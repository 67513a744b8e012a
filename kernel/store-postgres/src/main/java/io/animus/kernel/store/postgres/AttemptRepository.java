package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.ATTEMPT;
import static io.animus.kernel.store.postgres.generated.Tables.ATTEMPT_END;
import static io.animus.kernel.store.postgres.generated.Tables.ATTEMPT_START;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.run.Attempt;
import io.animus.kernel.domain.run.AttemptEnd;
import io.animus.kernel.domain.run.Failure;
import io.animus.kernel.domain.run.Placement;
import io.animus.kernel.domain.run.RunState;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.QueryPart;
import org.jooq.Record;
import org.jooq.SelectJoinStep;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/** Tables {@code attempt}, {@code attempt_start} and {@code attempt_end}: only ever inserted into. */
public final class AttemptRepository {
    private static final Table<Record> WITH_ENDS = ATTEMPT.leftJoin(ATTEMPT_START)
            .on(ATTEMPT_START.ATTEMPT_ID.eq(ATTEMPT.ID))
            .leftJoin(ATTEMPT_END)
            .on(ATTEMPT_END.ATTEMPT_ID.eq(ATTEMPT.ID));

    private static final Columns COLUMNS = Columns.of(
            ListFields.ATTEMPTS,
            Map.of(
                    "number", ATTEMPT.NUMBER,
                    "executor", ATTEMPT.EXECUTOR,
                    "outcome", ATTEMPT_END.OUTCOME,
                    "exitCode", ATTEMPT_END.EXIT_CODE,
                    "errorClass", ATTEMPT_END.ERROR_CLASS,
                    "cause", ATTEMPT_END.CAUSE,
                    "createdAt", ATTEMPT.CREATED_AT,
                    "startedAt", ATTEMPT_START.STARTED_AT,
                    "finishedAt", ATTEMPT_END.FINISHED_AT),
            Key.id(ATTEMPT.ID));

    private final DSLContext sql;

    AttemptRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** Stores new attempts, in one statement. */
    public void insert(List<Attempt> attempts) {
        sql.execute(
                """
                insert into attempt (id, run_id, number, executor, data_plane, created_at)
                select * from unnest({0}, {1}, {2}, {3}, {4}, {5})""",
                Column.of(attempts, String[]::new, attempt -> attempt.id().value()),
                Column.of(attempts, String[]::new, attempt -> attempt.run().value()),
                Column.of(attempts, Integer[]::new, Attempt::number),
                Column.of(
                        attempts, String[]::new, attempt -> attempt.placement().executor()),
                Column.of(
                        attempts, String[]::new, attempt -> attempt.placement().dataPlane()),
                Column.of(attempts, Instant[]::new, Attempt::created));
    }

    /** An attempt whose start the executor has confirmed. */
    public record Started(TypeId attempt, Instant at, String node) {}

    /** An attempt that is over. */
    public record Ended(TypeId attempt, AttemptEnd end) {}

    /** Notes confirmed starts, in one statement; the first note of an attempt counts. */
    public void start(List<Started> starts) {
        if (starts.isEmpty()) {
            return;
        }
        sql.execute(
                """
                insert into attempt_start (attempt_id, started_at, node)
                select * from unnest({0}, {1}, {2}) on conflict do nothing""",
                Column.of(starts, String[]::new, start -> start.attempt().value()),
                Column.of(starts, Instant[]::new, Started::at),
                Column.of(starts, String[]::new, Started::node));
    }

    /** Notes ends, in one statement. */
    public void end(List<Ended> ends) {
        if (ends.isEmpty()) {
            return;
        }
        sql.execute(
                """
                insert into attempt_end
                    (attempt_id, outcome, exit_code, error_class, cause, cause_detail, finished_at)
                select * from unnest({0}, {1}, {2}, {3}, {4}, {5}, {6})""",
                Column.of(ends, String[]::new, ended -> ended.attempt().value()),
                Column.of(ends, String[]::new, ended -> ended.end().outcome().word()),
                Column.of(ends, Integer[]::new, ended -> ended.end().exitCode()),
                failures(ends, failure -> failure.errorClass().word()),
                failures(ends, failure -> failure.cause().name()),
                failures(ends, Failure::detail),
                Column.of(ends, Instant[]::new, ended -> ended.end().at()));
    }

    private static QueryPart failures(List<Ended> ends, Function<Failure, String> word) {
        return Column.of(ends, String[]::new, ended -> {
            var failure = ended.end().failure();
            return failure == null ? null : word.apply(failure);
        });
    }

    /** Those of these attempts that are over, each with its run. */
    public Map<TypeId, TypeId> ended(Collection<TypeId> attempts) {
        return sql.select(ATTEMPT.ID, ATTEMPT.RUN_ID)
                .from(ATTEMPT)
                .join(ATTEMPT_END)
                .on(ATTEMPT_END.ATTEMPT_ID.eq(ATTEMPT.ID))
                .where(ATTEMPT.ID.in(attempts))
                .fetchMap(ATTEMPT.ID, ATTEMPT.RUN_ID);
    }

    /** The attempt with this number. */
    public Optional<Attempt> find(TypeId run, int number) {
        return attempts()
                .where(ATTEMPT.RUN_ID.eq(run).and(ATTEMPT.NUMBER.eq(number)))
                .fetchOptional(AttemptRepository::attempt);
    }

    /** The attempt with this dispatch id. */
    public Optional<Attempt> find(TypeId id) {
        return attempts().where(ATTEMPT.ID.eq(id)).fetchOptional(AttemptRepository::attempt);
    }

    public Page<Attempt> page(TypeId run, PageRequest request) {
        return Paging.page(
                attempts(),
                new Scan(sql, WITH_ENDS, ATTEMPT.RUN_ID.eq(run), COLUMNS),
                request,
                AttemptRepository::attempt);
    }

    private SelectJoinStep<Record> attempts() {
        return sql.select(ATTEMPT.fields())
                .select(ATTEMPT_START.STARTED_AT, ATTEMPT_START.NODE)
                .select(
                        ATTEMPT_END.OUTCOME,
                        ATTEMPT_END.EXIT_CODE,
                        ATTEMPT_END.CAUSE,
                        ATTEMPT_END.CAUSE_DETAIL,
                        ATTEMPT_END.FINISHED_AT)
                .from(WITH_ENDS);
    }

    private static Attempt attempt(Record row) {
        return new Attempt(
                row.get(ATTEMPT.ID),
                row.get(ATTEMPT.RUN_ID),
                row.get(ATTEMPT.NUMBER),
                new Placement(row.get(ATTEMPT.EXECUTOR), row.get(ATTEMPT.DATA_PLANE)),
                row.get(ATTEMPT.CREATED_AT),
                row.get(ATTEMPT_START.STARTED_AT),
                row.get(ATTEMPT_START.NODE),
                end(row));
    }

    private static @Nullable AttemptEnd end(Record row) {
        var outcome = row.get(ATTEMPT_END.OUTCOME);
        return outcome == null
                ? null
                : new AttemptEnd(
                        RunState.of(outcome),
                        row.get(ATTEMPT_END.EXIT_CODE),
                        RunRepository.failure(row.get(ATTEMPT_END.CAUSE), row.get(ATTEMPT_END.CAUSE_DETAIL)),
                        row.get(ATTEMPT_END.FINISHED_AT));
    }
}
