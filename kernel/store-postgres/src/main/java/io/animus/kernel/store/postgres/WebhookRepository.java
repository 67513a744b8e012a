package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.DELIVERY;
import static io.animus.kernel.store.postgres.generated.Tables.WEBHOOK_SUBSCRIPTION;
import static java.util.stream.Collectors.toUnmodifiableSet;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.selectOne;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.delivery.Delivery;
import io.animus.kernel.domain.delivery.EventType;
import io.animus.kernel.domain.delivery.WebhookSubscription;
import io.animus.kernel.domain.delivery.WebhookSubscription.Status;
import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** Table {@code webhook_subscription}. What was deleted stays for its deliveries' sake, and is not found any more. */
public final class WebhookRepository {
    private static final Columns COLUMNS = Columns.of(
            ListFields.WEBHOOKS,
            Map.of(
                    "url", WEBHOOK_SUBSCRIPTION.URL,
                    "events", WEBHOOK_SUBSCRIPTION.EVENTS,
                    "status", WEBHOOK_SUBSCRIPTION.STATUS,
                    "createdBy.id", Columns.idOf(WEBHOOK_SUBSCRIPTION.CREATED_BY),
                    "createdAt", WEBHOOK_SUBSCRIPTION.CREATED_AT,
                    "updatedAt", WEBHOOK_SUBSCRIPTION.UPDATED_AT),
            Key.id(WEBHOOK_SUBSCRIPTION.ID));

    private final DSLContext sql;

    WebhookRepository(DSLContext sql) {
        this.sql = sql;
    }

    /**
     * A subscription for which something is due.
     *
     * @param failures how often in a row its receiver has not taken anything
     */
    public record Due(WebhookSubscription subscription, int failures) {}

    public void insert(WebhookSubscription subscription) {
        var wish = subscription.wish();
        sql.insertInto(WEBHOOK_SUBSCRIPTION)
                .set(WEBHOOK_SUBSCRIPTION.ID, subscription.id())
                .set(WEBHOOK_SUBSCRIPTION.PROJECT_ID, subscription.project())
                .set(WEBHOOK_SUBSCRIPTION.URL, wish.url().toString())
                .set(WEBHOOK_SUBSCRIPTION.EVENTS, words(wish))
                .set(WEBHOOK_SUBSCRIPTION.SECRET, wish.secret())
                .set(WEBHOOK_SUBSCRIPTION.DESCRIPTION, wish.description())
                .set(WEBHOOK_SUBSCRIPTION.STATUS, subscription.status().word())
                .set(WEBHOOK_SUBSCRIPTION.CREATED_AT, subscription.made().at())
                .set(WEBHOOK_SUBSCRIPTION.CREATED_BY, subscription.made().by())
                .set(WEBHOOK_SUBSCRIPTION.UPDATED_AT, subscription.updated())
                .execute();
    }

    /** Stores the next version, from now on without a rest; false if somebody else has changed it since it was read. */
    public boolean update(WebhookSubscription next) {
        var wish = next.wish();
        return sql.update(WEBHOOK_SUBSCRIPTION)
                        .set(WEBHOOK_SUBSCRIPTION.URL, wish.url().toString())
                        .set(WEBHOOK_SUBSCRIPTION.EVENTS, words(wish))
                        .set(WEBHOOK_SUBSCRIPTION.SECRET, wish.secret())
                        .set(WEBHOOK_SUBSCRIPTION.DESCRIPTION, wish.description())
                        .set(WEBHOOK_SUBSCRIPTION.STATUS, next.status().word())
                        .set(WEBHOOK_SUBSCRIPTION.PAUSED_REASON, next.pausedReason())
                        .set(WEBHOOK_SUBSCRIPTION.UPDATED_AT, next.updated())
                        .set(WEBHOOK_SUBSCRIPTION.VERSION, next.version())
                        .set(WEBHOOK_SUBSCRIPTION.FAILURES, 0)
                        .setNull(WEBHOOK_SUBSCRIPTION.RESTS_UNTIL)
                        .where(WEBHOOK_SUBSCRIPTION.ID.eq(next.id()))
                        .and(WEBHOOK_SUBSCRIPTION.VERSION.eq(next.version() - 1))
                        .execute()
                == 1;
    }

    /** Stores how often in a row nothing was taken, and until when it is left alone; null for not at all. */
    public void rest(TypeId id, int failures, @Nullable Instant until) {
        sql.update(WEBHOOK_SUBSCRIPTION)
                .set(WEBHOOK_SUBSCRIPTION.FAILURES, failures)
                .set(WEBHOOK_SUBSCRIPTION.RESTS_UNTIL, until)
                .where(WEBHOOK_SUBSCRIPTION.ID.eq(id))
                .execute();
    }

    public Optional<WebhookSubscription> find(TypeId id) {
        return sql.select(WEBHOOK_SUBSCRIPTION.fields())
                .from(WEBHOOK_SUBSCRIPTION)
                .where(WEBHOOK_SUBSCRIPTION.ID.eq(id))
                .and(WEBHOOK_SUBSCRIPTION.STATUS.ne(Status.DELETED.word()))
                .fetchOptional(WebhookRepository::subscription);
    }

    /** How many a project has. */
    public int count(TypeId project) {
        return sql.fetchCount(
                WEBHOOK_SUBSCRIPTION,
                WEBHOOK_SUBSCRIPTION.PROJECT_ID.eq(project),
                WEBHOOK_SUBSCRIPTION.STATUS.ne(Status.DELETED.word()));
    }

    public Page<WebhookSubscription> page(TypeId project, PageRequest request) {
        var where =
                WEBHOOK_SUBSCRIPTION.PROJECT_ID.eq(project).and(WEBHOOK_SUBSCRIPTION.STATUS.ne(Status.DELETED.word()));
        return Paging.page(
                sql.select(WEBHOOK_SUBSCRIPTION.fields()).from(WEBHOOK_SUBSCRIPTION),
                new Scan(sql, WEBHOOK_SUBSCRIPTION, where, COLUMNS),
                request,
                WebhookRepository::subscription);
    }

    /** Those that are told of anything in these projects. */
    public List<WebhookSubscription> active(Collection<TypeId> projects) {
        return sql.select(WEBHOOK_SUBSCRIPTION.fields())
                .from(WEBHOOK_SUBSCRIPTION)
                .where(WEBHOOK_SUBSCRIPTION.PROJECT_ID.in(projects))
                .and(WEBHOOK_SUBSCRIPTION.STATUS.eq(Status.ACTIVE.word()))
                .orderBy(WEBHOOK_SUBSCRIPTION.ID)
                .fetch(WebhookRepository::subscription);
    }

    /** Those for which something is due, the ones whose receivers work first. */
    public List<Due> due(Collection<TypeId> except, Instant now, int limit) {
        return sql.select(WEBHOOK_SUBSCRIPTION.fields())
                .from(WEBHOOK_SUBSCRIPTION)
                .where(WEBHOOK_SUBSCRIPTION.STATUS.eq(Status.ACTIVE.word()))
                .and(WEBHOOK_SUBSCRIPTION.RESTS_UNTIL.isNull().or(WEBHOOK_SUBSCRIPTION.RESTS_UNTIL.le(now)))
                .and(WEBHOOK_SUBSCRIPTION.ID.notIn(except))
                .and(exists(selectOne()
                        .from(DELIVERY)
                        .where(DELIVERY.SUBSCRIPTION_ID.eq(WEBHOOK_SUBSCRIPTION.ID))
                        .and(DELIVERY.STATE.eq(inline(Delivery.State.PENDING.word())))
                        .and(DELIVERY.DUE_AT.le(now))))
                .orderBy(WEBHOOK_SUBSCRIPTION.FAILURES, WEBHOOK_SUBSCRIPTION.ID)
                .limit(limit)
                .fetch(row -> new Due(subscription(row), row.get(WEBHOOK_SUBSCRIPTION.FAILURES)));
    }

    private static String[] words(WebhookSubscription.Wish wish) {
        return wish.events().stream().map(EventType::word).sorted().toArray(String[]::new);
    }

    private static WebhookSubscription subscription(Record row) {
        return new WebhookSubscription(
                row.get(WEBHOOK_SUBSCRIPTION.ID),
                row.get(WEBHOOK_SUBSCRIPTION.PROJECT_ID),
                new WebhookSubscription.Wish(
                        URI.create(row.get(WEBHOOK_SUBSCRIPTION.URL)),
                        Arrays.stream(row.get(WEBHOOK_SUBSCRIPTION.EVENTS))
                                .map(EventType::of)
                                .collect(toUnmodifiableSet()),
                        row.get(WEBHOOK_SUBSCRIPTION.SECRET),
                        row.get(WEBHOOK_SUBSCRIPTION.DESCRIPTION)),
                Status.of(row.get(WEBHOOK_SUBSCRIPTION.STATUS)),
                row.get(WEBHOOK_SUBSCRIPTION.PAUSED_REASON),
                new Made(row.get(WEBHOOK_SUBSCRIPTION.CREATED_AT), row.get(WEBHOOK_SUBSCRIPTION.CREATED_BY)),
                row.get(WEBHOOK_SUBSCRIPTION.UPDATED_AT),
                row.get(WEBHOOK_SUBSCRIPTION.VERSION));
    }
}
