package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.ATTEMPT;
import static io.animus.kernel.store.postgres.generated.Tables.ATTEMPT_END;
import static io.animus.kernel.store.postgres.generated.Tables.ATTEMPT_START;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.run.Attempt;
import io.animus.kernel.domain.run.AttemptEnd;
import io.animus.kernel.domain.run.RunState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SelectOnConditionStep;
import org.jspecify.annotations.Nullable;

/** Tables {@code attempt}, {@code attempt_start} and {@code attempt_end}: only ever inserted into. */
public final class AttemptRepository {
    private final DSLContext sql;

    AttemptRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** Stores new attempts, in one statement. */
    public void insert(List<Attempt> attempts) {
        var insert = sql.insertInto(
                ATTEMPT, ATTEMPT.ID, ATTEMPT.RUN_ID, ATTEMPT.NUMBER, ATTEMPT.EXECUTOR, ATTEMPT.CREATED_AT);
        for (var attempt : attempts) {
            insert =
                    insert.values(attempt.id(), attempt.run(), attempt.number(), attempt.executor(), attempt.created());
        }
        insert.execute();
    }

    /** Notes that the executor has confirmed the start; the first note counts. */
    public void start(TypeId attempt, Instant started, String node) {
        sql.insertInto(ATTEMPT_START)
                .set(ATTEMPT_START.ATTEMPT_ID, attempt)
                .set(ATTEMPT_START.STARTED_AT, started)
                .set(ATTEMPT_START.NODE, node)
                .onConflictDoNothing()
                .execute();
    }

    public void end(TypeId attempt, AttemptEnd end) {
        var failure = end.failure();
        sql.insertInto(ATTEMPT_END)
                .set(ATTEMPT_END.ATTEMPT_ID, attempt)
                .set(ATTEMPT_END.OUTCOME, end.outcome().word())
                .set(ATTEMPT_END.EXIT_CODE, end.exitCode())
                .set(
                        ATTEMPT_END.ERROR_CLASS,
                        failure == null ? null : failure.errorClass().word())
                .set(ATTEMPT_END.CAUSE, failure == null ? null : failure.cause().name())
                .set(ATTEMPT_END.CAUSE_DETAIL, failure == null ? null : failure.detail())
                .set(ATTEMPT_END.FINISHED_AT, end.at())
                .execute();
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
                attempts().where(ATTEMPT.RUN_ID.eq(run)), ATTEMPT.ID, request, AttemptRepository::attempt, Attempt::id);
    }

    private SelectOnConditionStep<Record> attempts() {
        return sql.select(ATTEMPT.fields())
                .select(ATTEMPT_START.STARTED_AT, ATTEMPT_START.NODE)
                .select(
                        ATTEMPT_END.OUTCOME,
                        ATTEMPT_END.EXIT_CODE,
                        ATTEMPT_END.CAUSE,
                        ATTEMPT_END.CAUSE_DETAIL,
                        ATTEMPT_END.FINISHED_AT)
                .from(ATTEMPT)
                .leftJoin(ATTEMPT_START)
                .on(ATTEMPT_START.ATTEMPT_ID.eq(ATTEMPT.ID))
                .leftJoin(ATTEMPT_END)
                .on(ATTEMPT_END.ATTEMPT_ID.eq(ATTEMPT.ID));
    }

    private static Attempt attempt(Record row) {
        return new Attempt(
                row.get(ATTEMPT.ID),
                row.get(ATTEMPT.RUN_ID),
                row.get(ATTEMPT.NUMBER),
                row.get(ATTEMPT.EXECUTOR),
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
