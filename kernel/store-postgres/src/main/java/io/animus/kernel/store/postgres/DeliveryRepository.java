package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.DELIVERY;
import static io.animus.kernel.store.postgres.generated.Tables.DELIVERY_ATTEMPT;
import static java.util.stream.Collectors.groupingBy;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.val;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
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
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Tables {@code delivery} and {@code delivery_attempt}. Attempts are only ever inserted. */
public final class DeliveryRepository {
    private static final Columns COLUMNS = Columns.of(
            ListFields.DELIVERIES,
            Map.of(
                    "event.id", DELIVERY.EVENT_ID,
                    "event.type", DELIVERY.TYPE,
                    "event.subject", DELIVERY.SUBJECT,
                    "event.time", DELIVERY.OCCURRED_AT,
                    "state", DELIVERY.STATE,
                    "createdAt", DELIVERY.CREATED_AT,
                    "finishedAt", DELIVERY.FINISHED_AT),
            Key.id(DELIVERY.ID));

    private static final Prepared INSERT = new Prepared(
            """
            insert into delivery (id, project_id, subscription_id, event_id, type, subject, occurred_at, created_at,
                state, due_at)
            select * from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing""");
    private static final Prepared INSERT_ATTEMPTS = new Prepared(
            """
            insert into delivery_attempt (delivery_id, number, started_at, milliseconds, outcome, status, reason)
            select * from unnest(?, ?, ?, ?, ?, ?, ?)""");
    private static final Prepared UPDATE = new Prepared(
            """
            update delivery set state = changed.state, attempts = changed.attempts, tries = changed.tries,
                due_at = changed.due_at, finished_at = changed.finished_at
            from unnest(?, ?, ?, ?, ?, ?) as changed (id, state, attempts, tries, due_at, finished_at)
            where delivery.id = changed.id""");

    private final Transaction tx;

    DeliveryRepository(Transaction tx) {
        this.tx = tx;
    }

    /** Stores new ones, in one statement; nothing happens for an event that its subscription has a delivery of. */
    public void insert(List<Delivery> deliveries) {
        if (deliveries.isEmpty()) {
            return;
        }
        INSERT.run(
                tx.connection(),
                Column.texts(deliveries, one -> one.id().value()),
                Column.texts(deliveries, one -> one.project().value()),
                Column.texts(deliveries, one -> one.subscription().value()),
                Column.texts(deliveries, one -> one.event().id().value()),
                Column.texts(deliveries, one -> one.event().type()),
                Column.texts(deliveries, one -> one.event().subject()),
                Column.times(deliveries, one -> one.event().time()),
                Column.times(deliveries, Delivery::created),
                Column.texts(deliveries, one -> one.state().word()),
                Column.times(deliveries, Delivery::due));
    }

    /** Those of a subscription that are due, the one that waits longest first. */
    public List<Delivery> due(TypeId subscription, Instant now, int limit) {
        return tx.sql()
                .select(DELIVERY.fields())
                .from(DELIVERY)
                .where(DELIVERY.SUBSCRIPTION_ID.eq(subscription))
                .and(isIn(Delivery.State.PENDING))
                .and(DELIVERY.DUE_AT.le(now))
                .orderBy(DELIVERY.DUE_AT, DELIVERY.ID)
                .limit(limit)
                .fetch(DeliveryRepository::delivery);
    }

    public Optional<Delivery> find(TypeId subscription, TypeId id) {
        return tx.sql()
                .select(DELIVERY.fields())
                .from(DELIVERY)
                .where(DELIVERY.SUBSCRIPTION_ID.eq(subscription).and(DELIVERY.ID.eq(id)))
                .fetchOptional(DeliveryRepository::delivery);
    }

    /** @param state null for any */
    public Page<Delivery> page(TypeId subscription, Delivery.@Nullable State state, PageRequest request) {
        Condition which = DELIVERY.SUBSCRIPTION_ID.eq(subscription);
        var sought = List.<Condition>of();
        if (state == Delivery.State.DEAD) {
            which = which.and(isIn(state));
        } else if (state != null) {
            sought = List.of(isIn(state));
        }
        return Paging.page(
                tx.sql().select(DELIVERY.fields()).from(DELIVERY),
                new Scan(tx.sql(), DELIVERY, which, sought, COLUMNS),
                request,
                DeliveryRepository::delivery);
    }

    /** All attempts at each of these, in order. */
    public Map<TypeId, List<DeliveryAttempt>> attempts(Collection<TypeId> deliveries) {
        return tx
                .sql()
                .select(DELIVERY_ATTEMPT.fields())
                .from(DELIVERY_ATTEMPT)
                .where(DELIVERY_ATTEMPT.DELIVERY_ID.in(deliveries))
                .orderBy(DELIVERY_ATTEMPT.DELIVERY_ID, DELIVERY_ATTEMPT.NUMBER)
                .fetch(DeliveryRepository::attempt)
                .stream()
                .collect(groupingBy(DeliveryAttempt::delivery));
    }

    /**
     * Stores attempts and what they made of their deliveries, which this hub alone works at; one statement for each.
     *
     * @param attempts at least one
     * @param after at least one
     */
    public void record(List<DeliveryAttempt> attempts, List<Delivery> after) {
        INSERT_ATTEMPTS.run(
                tx.connection(),
                Column.texts(attempts, one -> one.delivery().value()),
                Column.integers(attempts, DeliveryAttempt::number),
                Column.times(attempts, DeliveryAttempt::started),
                Column.longs(attempts, one -> one.took().toMillis()),
                Column.texts(attempts, one -> one.outcome().word()),
                Column.integers(attempts, DeliveryAttempt::status),
                Column.texts(attempts, DeliveryAttempt::reason));
        UPDATE.run(
                tx.connection(),
                Column.texts(after, one -> one.id().value()),
                Column.texts(after, one -> one.state().word()),
                Column.integers(after, Delivery::attempts),
                Column.integers(after, Delivery::tries),
                Column.times(after, Delivery::due),
                Column.times(after, Delivery::finished));
    }

    /**
     * Forgets deliveries that ended before {@code then}, with their attempts.
     *
     * @param first no delivery that was made later has a lesser id
     * @return how many, at most {@code limit}
     */
    public int forgetBefore(TypeId first, Instant then, int limit) {
        return tx.sql()
                .execute(
                        """
                delete from delivery where finished_at < {1} and id in
                    (select id from delivery where id < {0} and finished_at < {1} order by id limit {2})""",
                        val(first.value()), val(then), val(limit));
    }

    /** Makes it pending again; false if it is, or was changed meanwhile. */
    public boolean replay(Delivery again) {
        return tx.sql()
                        .update(DELIVERY)
                        .set(DELIVERY.STATE, again.state().word())
                        .set(DELIVERY.TRIES, 0)
                        .set(DELIVERY.DUE_AT, again.due())
                        .setNull(DELIVERY.FINISHED_AT)
                        .where(DELIVERY.ID.eq(again.id()))
                        .and(DELIVERY.STATE.ne(Delivery.State.PENDING.word()))
                        .execute()
                == 1;
    }

    /** The word itself and no parameter, or the server could not know that the index of such deliveries serves. */
    private static Condition isIn(Delivery.State state) {
        return DELIVERY.STATE.eq(inline(state.word()));
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
