package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.DELIVERY;
import static io.animus.kernel.store.postgres.generated.Tables.DELIVERY_ATTEMPT;
import static java.util.stream.Collectors.groupingBy;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.delivery.Delivery;
import io.animus.kernel.domain.delivery.DeliveryAttempt;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Tables {@code delivery} and {@code delivery_attempt}. Attempts are only ever inserted. */
public final class DeliveryRepository {
    /** Of one statement, which may have 65,535 parameters. */
    private static final int ROWS = 1000;

    private final DSLContext sql;

    DeliveryRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** Stores new ones; nothing happens for an event that its subscription has a delivery of. */
    public void insert(List<Delivery> deliveries) {
        for (var from = 0; from < deliveries.size(); from += ROWS) {
            insertSome(deliveries.subList(from, Math.min(from + ROWS, deliveries.size())));
        }
    }

    private void insertSome(List<Delivery> deliveries) {
        var insert = sql.insertInto(
                DELIVERY,
                DELIVERY.ID,
                DELIVERY.PROJECT_ID,
                DELIVERY.SUBSCRIPTION_ID,
                DELIVERY.EVENT_ID,
                DELIVERY.TYPE,
                DELIVERY.SUBJECT,
                DELIVERY.OCCURRED_AT,
                DELIVERY.CREATED_AT,
                DELIVERY.STATE,
                DELIVERY.DUE_AT);
        for (var one : deliveries) {
            insert = insert.values(
                    one.id(),
                    one.project(),
                    one.subscription(),
                    one.event().id(),
                    one.event().type(),
                    one.event().subject(),
                    one.event().time(),
                    one.created(),
                    one.state().word(),
                    one.due());
        }
        insert.onConflictDoNothing().execute();
    }

    /** Those of a subscription that are due, the one that waits longest first. */
    public List<Delivery> due(TypeId subscription, Instant now, int limit) {
        return sql.select(DELIVERY.fields())
                .from(DELIVERY)
                .where(DELIVERY.SUBSCRIPTION_ID.eq(subscription))
                .and(DELIVERY.STATE.eq(Delivery.State.PENDING.word()))
                .and(DELIVERY.DUE_AT.le(now))
                .orderBy(DELIVERY.DUE_AT, DELIVERY.ID)
                .limit(limit)
                .fetch(DeliveryRepository::delivery);
    }

    public Optional<Delivery> find(TypeId subscription, TypeId id) {
        return sql.select(DELIVERY.fields())
                .from(DELIVERY)
                .where(DELIVERY.SUBSCRIPTION_ID.eq(subscription).and(DELIVERY.ID.eq(id)))
                .fetchOptional(DeliveryRepository::delivery);
    }

    /** @param state null for any */
    public Page<Delivery> page(TypeId subscription, Delivery.@Nullable State state, PageRequest request) {
        Condition which = DELIVERY.SUBSCRIPTION_ID.eq(subscription);
        return Paging.page(
                sql.select(DELIVERY.fields())
                        .from(DELIVERY)
                        .where(state == null ? which : which.and(DELIVERY.STATE.eq(state.word()))),
                DELIVERY.ID,
                request,
                DeliveryRepository::delivery,
                Delivery::id);
    }

    /** All attempts at each of these, in order. */
    public Map<TypeId, List<DeliveryAttempt>> attempts(Collection<TypeId> deliveries) {
        return sql
                .select(DELIVERY_ATTEMPT.fields())
                .from(DELIVERY_ATTEMPT)
                .where(DELIVERY_ATTEMPT.DELIVERY_ID.in(deliveries))
                .orderBy(DELIVERY_ATTEMPT.DELIVERY_ID, DELIVERY_ATTEMPT.NUMBER)
                .fetch(DeliveryRepository::attempt)
                .stream()
                .collect(groupingBy(DeliveryAttempt::delivery));
    }

    /** Stores attempts and what they made of their deliveries, which this hub alone works at. */
    public void record(List<DeliveryAttempt> attempts, List<Delivery> after) {
        var insert = sql.insertInto(
                DELIVERY_ATTEMPT,
                DELIVERY_ATTEMPT.DELIVERY_ID,
                DELIVERY_ATTEMPT.NUMBER,
                DELIVERY_ATTEMPT.STARTED_AT,
                DELIVERY_ATTEMPT.MILLISECONDS,
                DELIVERY_ATTEMPT.OUTCOME,
                DELIVERY_ATTEMPT.STATUS,
                DELIVERY_ATTEMPT.REASON);
        for (var one : attempts) {
            insert = insert.values(
                    one.delivery(),
                    one.number(),
                    one.started(),
                    one.took().toMillis(),
                    one.outcome().word(),
                    one.status(),
                    one.reason());
        }
        insert.execute();
        sql.batch(after.stream().map(this::change).toList()).execute();
    }

    /** Makes it pending again; false if it is, or was changed meanwhile. */
    public boolean replay(Delivery again) {
        return sql.update(DELIVERY)
                        .set(DELIVERY.STATE, again.state().word())
                        .set(DELIVERY.TRIES, 0)
                        .set(DELIVERY.DUE_AT, again.due())
                        .setNull(DELIVERY.FINISHED_AT)
                        .where(DELIVERY.ID.eq(again.id()))
                        .and(DELIVERY.STATE.ne(Delivery.State.PENDING.word()))
                        .execute()
                == 1;
    }

    private org.jooq.Query change(Delivery next) {
        return sql.update(DELIVERY)
                .set(DELIVERY.STATE, next.state().word())
                .set(DELIVERY.ATTEMPTS, next.attempts())
                .set(DELIVERY.TRIES, next.tries())
                .set(DELIVERY.DUE_AT, next.due())
                .set(DELIVERY.FINISHED_AT, next.finished())
                .where(DELIVERY.ID.eq(next.id()));
    }

    private static Delivery delivery(Record row) {
        return new Delivery(
                row.get(DELIVERY.ID),
                row.get(DELIVERY.PROJECT_ID),
                row.get(DELIVERY.SUBSCRIPTION_ID),
                new Delivery.Event(
                        row.get(DELIVERY.EVENT_ID),
                        row.get(DELIVERY.TYPE),
                        row.get(DELIVERY.SUBJECT),
                        row.get(DELIVERY.OCCURRED_AT)),
                row.get(DELIVERY.CREATED_AT),
                Delivery.State.of(row.get(DELIVERY.STATE)),
                row.get(DELIVERY.ATTEMPTS),
                row.get(DELIVERY.TRIES),
                row.get(DELIVERY.DUE_AT),
                row.get(DELIVERY.FINISHED_AT));
    }

    private static DeliveryAttempt attempt(Record row) {
        return new DeliveryAttempt(
                row.get(DELIVERY_ATTEMPT.DELIVERY_ID),
                row.get(DELIVERY_ATTEMPT.NUMBER),
                row.get(DELIVERY_ATTEMPT.STARTED_AT),
                Duration.ofMillis(row.get(DELIVERY_ATTEMPT.MILLISECONDS)),
                DeliveryAttempt.Outcome.of(row.get(DELIVERY_ATTEMPT.OUTCOME)),
                row.get(DELIVERY_ATTEMPT.STATUS),
                row.get(DELIVERY_ATTEMPT.REASON));
    }
}
