package io.animus.kernel.core;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.events.EventPublisher;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.delivery.EventType;
import io.animus.kernel.domain.delivery.WebhookSubscription;
import io.animus.kernel.domain.delivery.WebhookSubscription.Status;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import io.animus.kernel.store.postgres.OutboxRepository.OutboxEvent;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What of the kernel delivers to webhooks, without a framework around it and without a beat. */
public final class BareDeliveries implements AutoCloseable {
    private static final EventType TYPE = EventType.RUN_FINISHED;
    private static final Principal HUB = Principal.parse("system:hub");

    private final Clock clock = Clock.systemUTC();
    private final Database database;
    private final PortCalls calls = new PortCalls(new Metrics());
    private final AuditTrail trail;
    private final WebhookDeliveries deliveries;
    private final Leader leader;

    /** On a database that it brings up to date first. */
    public BareDeliveries(DatabaseAccess access, EventPublisher publisher) {
        database = new Database(access);
        trail = new AuditTrail(database, Composition.none(), clock, new SecureRandom());
        var ports = new Ports(calls);
        ports.addPublisher(publisher, Map.of());
        deliveries = new WebhookDeliveries(database, ports, trail, clock);
        leader =
                Leader.elect(database, "courier", trail.node(), clock.instant()).orElseThrow();
        database.write(tx -> {
            tx.auditLog().create(trail.ids().next("hub"), "bench.invalid/audit");
            return true;
        });
    }

    /** Subscribes to what {@link #record} records. */
    public WebhookSubscription subscribe(TypeId project, URI url, @Nullable String secret) {
        var now = clock.instant();
        var made = new WebhookSubscription(
                trail.ids().next(WebhookSubscription.PREFIX),
                project,
                new WebhookSubscription.Wish(url, Set.of(TYPE), secret, null),
                Status.ACTIVE,
                null,
                new Made(now, HUB),
                now,
                1);
        database.write(tx -> {
            tx.webhooks().insert(made);
            return true;
        });
        return made;
    }

    /** Whether it is told of what happens from now on. */
    public void set(TypeId subscription, boolean isActive) {
        database.write(tx -> {
            var now = tx.webhooks().find(subscription).orElseThrow();
            var status = isActive ? Status.ACTIVE : Status.PAUSED;
            return tx.webhooks().update(now.with(now.wish(), status, null, clock.instant()));
        });
    }

    /** Events that nobody was told of yet. */
    public void record(TypeId project, int count) {
        var events = new ArrayList<OutboxEvent>();
        for (var i = 0; i < count; i++) {
            events.add(new OutboxEvent(trail.ids().next("evt"), project, TYPE.word(), "run_" + i, clock.instant()));
        }
        database.write(tx -> {
            tx.outbox().append(List.copyOf(events));
            return true;
        });
    }

    /** Delivers until every attempt that is due is on record, but for one subscription. */
    public void drain(Set<TypeId> except) throws InterruptedException {
        do {
            deliveries.beat(leader);
            Thread.sleep(2);
        } while (!database.read(tx -> tx.webhooks().due(except, clock.instant(), 1))
                .isEmpty());
    }

    @Override
    public void close() {
        deliveries.close();
        leader.close();
        calls.close();
        database.close();
    }
}
