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
import io.animus.kernel.domain.run.Placement;
import io.animus.kernel.domain.run.RunState;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private final Transaction tx;

    AttemptRepository(Transaction tx) {
        this.tx = tx;
    }

    /** Stores new attempts. */
    public void insert(List<Attempt> attempts) {
        for (var attempt : attempts) {
            tx.late()
                    .add(
                            LateTable.ATTEMPT,
                            attempt.id(),
                            attempt.run(),
                            attempt.number(),
                            attempt.placement().executor(),
                            attempt.placement().dataPlane(),
                            attempt.created());
        }
    }

    /** An attempt whose start the executor has confirmed. */
    public record Started(TypeId attempt, Instant at, String node) {}

    /** An attempt that is over. */
    public record Ended(TypeId attempt, AttemptEnd end) {}

    /** Notes confirmed starts; the first note of an attempt counts. */
    public void start(List<Started> starts) {
        for (var start : starts) {
            tx.late().add(LateTable.ATTEMPT_START, start.attempt(), start.at(), start.node());
        }
    }

    /** Notes ends. */
    public void end(List<Ended> ends) {
        for (var ended : ends) {
            var end = ended.end();
            var failure = end.failure();
            tx.late()
                    .add(
                            LateTable.ATTEMPT_END,
                            ended.attempt(),
                            end.outcome().word(),
                            end.exitCode(),
                            failure == null ? null : failure.errorClass().word(),
                            failure == null ? null : failure.cause().name(),
                            failure == null ? null : failure.detail(),
                            end.at());
        }
    }

    /** Those of these attempts that are over, each with its run. */
    public Map<TypeId, TypeId> ended(Collection<TypeId> attempts) {
        return tx.sql()
                .select(ATTEMPT.ID, ATTEMPT.RUN_ID)
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
                new Scan(tx.sql(), WITH_ENDS, ATTEMPT.RUN_ID.eq(run), COLUMNS),
                request,
                AttemptRepository::attempt);
    }

    private SelectJoinStep<Record> attempts() {
        return tx.sql()
                .select(ATTEMPT.fields())
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
