package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.LIMIT_EXCEEDED;
import static io.animus.kernel.domain.ProblemCode.PRECONDITION_FAILED;
import static io.animus.kernel.domain.ProblemCode.STATE_CONFLICT;
import static io.animus.kernel.domain.ProblemCode.UNKNOWN_REFERENCE;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.delivery.Delivery;
import io.animus.kernel.domain.delivery.DeliveryAttempt;
import io.animus.kernel.domain.delivery.EventType;
import io.animus.kernel.domain.delivery.WebhookSubscription;
import io.animus.kernel.domain.delivery.WebhookSubscription.Status;
import io.animus.kernel.domain.delivery.WebhookSubscription.Wish;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Use cases of webhooks and their deliveries. Safe for many threads. */
@Component(service = Webhooks.class)
public final class Webhooks {
    private static final String TYPE = "webhook";
    private static final Duration QUESTION = Duration.ofSeconds(5);
    /** Of one project; two that come at the same moment may both be let in. */
    private static final int MOST = 100;

    private final Gate gate;
    private final Ports ports;

    @Activate
    public Webhooks(@Reference(name = "gate") Gate gate, @Reference(name = "ports") Ports ports) {
        this.gate = gate;
        this.ports = ports;
    }

    /**
     * What may change about a subscription.
     *
     * @param status null to leave it; never {@code DELETED}
     */
    public record Edit(UnaryOperator<Wish> wish, @Nullable Status status) {}

    /** A delivery and every attempt at it, in order. */
    public record Tracked(Delivery delivery, List<DeliveryAttempt> attempts) {
        public Tracked {
            attempts = List.copyOf(attempts);
        }
    }

    public Answer<WebhookSubscription> create(
            Caller caller, @Nullable Once<WebhookSubscription> once, String project, Wish wish) {
        return gate.askAndChange(
                caller,
                target(project, null),
                Permission.MANAGE_WEBHOOKS,
                once,
                reading -> {
                    reading.project().requireActive();
                    return () -> requireDeliverable(wish);
                },
                (change, checked) -> {
                    change.project().requireActive();
                    requirePlace(change);
                    var subscription = new WebhookSubscription(
                            change.newId(WebhookSubscription.PREFIX),
                            change.project().id(),
                            checked,
                            Status.ACTIVE,
                            null,
                            change.made(),
                            change.now(),
                            1);
                    change.tx().webhooks().insert(subscription);
                    change.audit(Action.WEBHOOK_CREATED, subscription.id(), details(subscription));
                    return subscription;
                });
    }

    public WebhookSubscription find(Caller caller, String project, String id) {
        return gate.read(
                caller,
                target(project, id),
                Permission.READ_WEBHOOKS,
                reading -> require(reading.tx(), reading.project().id(), id));
    }

    public Page<WebhookSubscription> list(Caller caller, String project, PageRequest page) {
        return gate.read(caller, target(project, null), Permission.READ_WEBHOOKS, reading -> reading.tx()
                .webhooks()
                .page(reading.project().id(), page));
    }

    /** Changes what may change; its receiver is no longer left alone because of failures. */
    public Answer<WebhookSubscription> update(Caller caller, String project, long version, String id, Edit edit) {
        return gate.askAndChange(
                caller,
                target(project, id),
                Permission.MANAGE_WEBHOOKS,
                null,
                reading -> {
                    var before = require(reading.tx(), reading.project().id(), id);
                    Gate.requireVersion(version, before.version());
                    var wanted = edit.wish().apply(before.wish());
                    return () -> requireDeliverable(wanted);
                },
                (change, wanted) -> {
                    var before = require(change.tx(), change.project().id(), id);
                    Gate.requireVersion(version, before.version());
                    var status = edit.status() == null ? before.status() : edit.status();
                    var why = status == before.status() ? before.pausedReason() : null;
                    return store(change, before.with(wanted, status, why, change.now()), Action.WEBHOOK_UPDATED);
                });
    }

    /** Ends it; its deliveries stay on record, and nothing more is sent. */
    public Answer<WebhookSubscription> delete(Caller caller, String project, long version, String id) {
        return gate.change(caller, target(project, id), Permission.MANAGE_WEBHOOKS, null, change -> {
            var before = require(change.tx(), change.project().id(), id);
            Gate.requireVersion(version, before.version());
            return store(
                    change, before.with(before.wish(), Status.DELETED, null, change.now()), Action.WEBHOOK_DELETED);
        });
    }

    /** @param state null for any */
    public Page<Tracked> deliveries(
            Caller caller, String project, String id, Delivery.@Nullable State state, PageRequest page) {
        return gate.read(caller, target(project, id), Permission.READ_WEBHOOKS, reading -> {
            var subscription = require(reading.tx(), reading.project().id(), id);
            var found = reading.tx().deliveries().page(subscription.id(), state, page);
            var attempts = reading.tx()
                    .deliveries()
                    .attempts(found.items().stream().map(Delivery::id).toList());
            return found.map(delivery -> new Tracked(delivery, attempts.getOrDefault(delivery.id(), List.of())));
        });
    }

    public Tracked delivery(Caller caller, String project, String id, String delivery) {
        return gate.read(
                caller,
                target(project, id),
                Permission.READ_WEBHOOKS,
                reading -> tracked(
                        reading.tx(),
                        requireDelivery(reading.tx(), reading.project().id(), id, delivery)));
    }

    /** Sends it again, under its old id; one that is still on its way stays as it is. */
    public Answer<Tracked> replay(
            Caller caller, @Nullable Once<Tracked> once, String project, String id, String delivery) {
        return gate.change(caller, target(project, id), Permission.MANAGE_WEBHOOKS, once, change -> {
            var before = requireDelivery(change.tx(), change.project().id(), id, delivery);
            if (before.attempts() >= DeliveryAttempt.MOST) {
                throw RefusedException.of(
                        STATE_CONFLICT, "It was tried " + before.attempts() + " times, which is the most there is.");
            }
            if (!change.tx().deliveries().replay(before.again(change.now()))) {
                change.unchanged();
                return tracked(change.tx(), before);
            }
            var details = Json.object()
                    .put("webhook", before.subscription().value())
                    .put("event", before.event().id().value())
                    .build();
            change.audit(Action.DELIVERY_REPLAYED, before.id(), details);
            return tracked(change.tx(), before.again(change.now()));
        });
    }

    /** Asked outside of any transaction, though a publisher answers from its configuration alone. */
    private Wish requireDeliverable(Wish wish) {
        var secret = wish.secret();
        var isKnown = PluginFailures.refused(() ->
                ports.publisher(wish.url(), QUESTION, publisher -> secret == null || publisher.knowsSecret(secret)));
        if (!isKnown) {
            throw RefusedException.at(
                    "/secret",
                    UNKNOWN_REFERENCE,
                    "There is no secret of this name to sign with. An operator must configure it.");
        }
        return wish;
    }

    private static void requirePlace(Change change) {
        if (change.tx().webhooks().count(change.project().id()) >= MOST) {
            throw RefusedException.of(
                    LIMIT_EXCEEDED, "The project has " + MOST + " webhooks already. Delete one that nobody needs.");
        }
    }

    private static WebhookSubscription store(Change change, WebhookSubscription next, Action action) {
        if (!change.tx().webhooks().update(next)) {
            throw RefusedException.of(PRECONDITION_FAILED, "Somebody else changed the webhook at the same time.");
        }
        change.audit(action, next.id(), details(next));
        return next;
    }

    // The path of the address may be a secret, and audit is for ever.
    private static Json.Members details(WebhookSubscription subscription) {
        var wish = subscription.wish();
        return Json.object()
                .putIfPresent("host", wish.url().getHost())
                .put(
                        "events",
                        Json.texts(wish.events().stream()
                                .map(EventType::word)
                                .sorted()
                                .toList()))
                .put("status", subscription.status().word())
                .put("version", subscription.version())
                .build();
    }

    private static Tracked tracked(Transaction tx, Delivery delivery) {
        return new Tracked(
                delivery, tx.deliveries().attempts(List.of(delivery.id())).getOrDefault(delivery.id(), List.of()));
    }

    private static WebhookSubscription require(Transaction tx, TypeId project, String id) {
        if (!TypeId.isForm(WebhookSubscription.PREFIX, id)) {
            throw RefusedException.notFound(TYPE);
        }
        return tx.webhooks()
                .find(new TypeId(id))
                .filter(found -> found.project().equals(project))
                .orElseThrow(() -> RefusedException.notFound(TYPE));
    }

    private static Delivery requireDelivery(Transaction tx, TypeId project, String id, String delivery) {
        var subscription = require(tx, project, id);
        if (!TypeId.isForm(Delivery.PREFIX, delivery)) {
            throw RefusedException.notFound("delivery");
        }
        return tx.deliveries()
                .find(subscription.id(), new TypeId(delivery))
                .orElseThrow(() -> RefusedException.notFound("delivery"));
    }

    private static Target target(String project, @Nullable String id) {
        return Target.inProject(project, TYPE, id);
    }
}
