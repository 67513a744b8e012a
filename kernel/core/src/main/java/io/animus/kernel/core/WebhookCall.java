package io.animus.kernel.core;

import static io.animus.kernel.domain.delivery.DeliveryAttempt.Outcome.DELIVERED;
import static io.animus.kernel.domain.delivery.DeliveryAttempt.Outcome.POSTPONED;
import static io.animus.kernel.domain.delivery.DeliveryAttempt.Outcome.REFUSED;

import io.animus.api.events.Destination;
import io.animus.api.events.DomainEvent;
import io.animus.api.events.Outcome;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.AuditText;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.delivery.Delivery;
import io.animus.kernel.domain.delivery.DeliveryAttempt;
import io.animus.kernel.domain.delivery.WebhookSubscription;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import io.animus.kernel.store.postgres.Transaction;
import io.animus.kernel.store.postgres.WebhookRepository.Due;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Makes attempts at what is due for one subscription, and keeps them on record. Safe for many threads. */
final class WebhookCall {
    /** Waits between attempts, as Standard Webhooks suggests: about three days in all. */
    static final List<Duration> SCHEDULE = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20),
            Duration.ofHours(24));

    private static final Caller HUB = Caller.hub("hub");
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    /** How long a receiver that takes nothing is left alone, whatever else waits for it. */
    private static final BackOff REST = new BackOff(Duration.ofSeconds(1), Duration.ofMinutes(1));

    private static final Duration LONGEST_REST = Duration.ofDays(1);
    private static final Duration NOBODY_REST = Duration.ofSeconds(10);
    private static final int AT_ONCE = 32;
    /** So long may an attempt be off the record while others follow it. */
    private static final Duration UNRECORDED = Duration.ofMillis(500);

    private static final int LONGEST_REASON = 500;

    private final Database database;
    private final Ports ports;
    private final AuditTrail trail;
    private final Clock clock;
    private volatile @Nullable URI source;

    WebhookCall(Database database, Ports ports, AuditTrail trail, Clock clock) {
        this.database = database;
        this.ports = ports;
        this.trail = trail;
        this.clock = clock;
    }

    /** An attempt that was made, and what it made of the delivery. */
    private record Tried(DeliveryAttempt attempt, Delivery after, Outcome outcome) {}

    /** Makes attempts until nothing is due any more, or the receiver doesn't take one. */
    void deliver(Leader leader, Due due) {
        var subscription = due.subscription();
        var failures = due.failures();
        for (var ready = due(subscription); !ready.isEmpty(); ready = due(subscription)) {
            for (var left = ready; !left.isEmpty(); ) {
                var tried = attempts(subscription, left);
                failures = store(leader, subscription, failures, tried);
                var isOver = tried.isEmpty()
                        || last(tried).outcome() instanceof Outcome.Postponed
                        || Thread.currentThread().isInterrupted();
                if (isOver) {
                    return;
                }
                left = left.subList(tried.size(), left.size());
            }
        }
    }

    /** Nothing, once the subscription is another one than when this began. */
    private List<Delivery> due(WebhookSubscription subscription) {
        return database.read(tx -> {
            var isSame = tx.webhooks()
                    .find(subscription.id())
                    .filter(now -> now.version() == subscription.version())
                    .isPresent();
            return isSame ? tx.deliveries().due(subscription.id(), clock.instant(), AT_ONCE) : List.<Delivery>of();
        });
    }

    /** Until one isn't taken, or it is time to put them on record; empty if none can be made now. */
    private List<Tried> attempts(WebhookSubscription subscription, List<Delivery> deliveries) {
        var tried = new ArrayList<Tried>();
        var end = System.nanoTime() + UNRECORDED.toNanos();
        for (var delivery : deliveries) {
            var one = attempt(subscription, delivery);
            one.ifPresent(tried::add);
            if (one.isEmpty() || !(one.get().outcome() instanceof Outcome.Delivered) || System.nanoTime() > end) {
                break;
            }
        }
        return tried;
    }

    /** Empty if it could not be made, for no fault of the receiver. */
    private Optional<Tried> attempt(WebhookSubscription subscription, Delivery delivery) {
        var wish = subscription.wish();
        var destination = new Destination(subscription.id(), wish.url(), wish.secret());
        var event = event(delivery);
        var started = clock.instant();
        var from = System.nanoTime();
        Outcome outcome;
        try {
            outcome = ports.publisher(wish.url(), DEADLINE, publisher -> publisher.publish(event, destination));
        } catch (ExternalSystemException e) {
            if (!PortCalls.isOutOfTime(e)) {
                return Optional.empty();
            }
            outcome = new Outcome.Postponed(0, "no answer within " + DEADLINE.toSeconds() + " s", null);
        } catch (RefusedException e) {
            return Optional.empty();
        }
        var took = Duration.ofNanos(System.nanoTime() - from);
        var attempt = new DeliveryAttempt(
                delivery.id(),
                delivery.attempts() + 1,
                started,
                took,
                word(outcome),
                outcome.status(),
                reason(outcome));
        return Optional.of(new Tried(attempt, after(delivery, outcome, clock.instant()), outcome));
    }

    private static Delivery after(Delivery delivery, Outcome outcome, Instant now) {
        if (outcome instanceof Outcome.Delivered) {
            return delivery.finished(Delivery.State.DELIVERED, now);
        }
        var isLast = delivery.tries() >= SCHEDULE.size() || delivery.attempts() + 1 >= DeliveryAttempt.MOST;
        if (isLast || !(outcome instanceof Outcome.Postponed postponed)) {
            return delivery.finished(Delivery.State.DEAD, now);
        }
        var wait = BackOff.jittered(SCHEDULE.get(delivery.tries()), ThreadLocalRandom.current());
        return delivery.postponed(now.plus(longer(wait, asked(postponed))));
    }

    /**
     * Puts attempts on record, and what they mean for the subscription.
     *
     * @return how often in a row nothing was taken now
     */
    private int store(Leader leader, WebhookSubscription subscription, int failures, List<Tried> tried) {
        return database.write(tx -> {
            leader.fence(tx);
            var now = clock.instant();
            if (tried.isEmpty()) {
                tx.webhooks().rest(subscription.id(), failures, now.plus(NOBODY_REST));
                return failures;
            }
            tx.deliveries()
                    .record(
                            tried.stream().map(Tried::attempt).toList(),
                            tried.stream().map(Tried::after).toList());
            if (last(tried).outcome() instanceof Outcome.Postponed postponed) {
                var rest = REST.after(failures + 1, ThreadLocalRandom.current());
                tx.webhooks().rest(subscription.id(), failures + 1, now.plus(longer(rest, asked(postponed))));
                return failures + 1;
            }
            if (failures > 0) {
                tx.webhooks().rest(subscription.id(), 0, null);
            }
            if (last(tried).outcome() instanceof Outcome.Refused refused && refused.isGone()) {
                pause(tx, subscription.id(), refused, now);
            }
            return 0;
        });
    }

    /** Unless it was changed while this was under way: then that may have been the cure. */
    private void pause(Transaction tx, TypeId id, Outcome.Refused refused, Instant now) {
        var found = tx.webhooks().find(id);
        if (found.isEmpty() || found.get().status() != WebhookSubscription.Status.ACTIVE) {
            return;
        }
        var before = found.get();
        var why = AuditText.fit("The receiver asked never to be called again: " + refused.reason(), LONGEST_REASON);
        if (tx.webhooks().update(before.with(before.wish(), WebhookSubscription.Status.PAUSED, why, now))) {
            var details = Json.object().put("status", refused.status()).build();
            trail.succeed(tx, HUB, Action.WEBHOOK_PAUSED, id, before.project(), details, now);
        }
    }

    private DomainEvent event(Delivery delivery) {
        var event = delivery.event();
        var data = Json.object()
                .put("project", delivery.project().value())
                .put("subject", event.subject())
                .build();
        return new DomainEvent(event.id(), source(), event.type(), event.subject(), event.time(), data);
    }

    /** Names the hub, whichever of its processes this is. */
    private URI source() {
        var known = source;
        if (known == null) {
            known = database.read(tx -> tx.auditLog().find())
                    .map(log -> URI.create("urn:animus-hub:" + log.hubId()))
                    .orElseThrow(() -> RefusedException.notFound("audit log"));
            source = known;
        }
        return known;
    }

    private static Duration asked(Outcome.Postponed postponed) {
        var after = postponed.after();
        if (after == null || after.isNegative()) {
            return Duration.ZERO;
        }
        return after.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : after;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Tried last(List<Tried> tried) {
        return tried.get(tried.size() - 1);
    }

    private static DeliveryAttempt.Outcome word(Outcome outcome) {
        if (outcome instanceof Outcome.Delivered) {
            return DELIVERED;
        }
        return outcome instanceof Outcome.Postponed ? POSTPONED : REFUSED;
    }

    private static @Nullable String reason(Outcome outcome) {
        if (outcome instanceof Outcome.Postponed postponed) {
            return AuditText.fit(postponed.reason(), LONGEST_REASON);
        }
        return outcome instanceof Outcome.Refused refused ? AuditText.fit(refused.reason(), LONGEST_REASON) : null;
    }
}
