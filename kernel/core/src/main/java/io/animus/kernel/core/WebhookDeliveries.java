package io.animus.kernel.core;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;

import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.delivery.Delivery;
import io.animus.kernel.domain.delivery.WebhookSubscription;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Leader;
import io.animus.kernel.store.postgres.OutboxRepository.OutboxEvent;
import io.animus.kernel.store.postgres.Transaction;
import io.animus.kernel.store.postgres.WebhookRepository.Due;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes deliveries of the events in the outbox, and sees to it that attempts are made at them: for each subscription one
 * after the other, so that a receiver that hangs holds one thread, and those that took nothing lately hold half of the threads. Called from the one thread of the {@link Courier}.
 */
@Component(service = WebhookDeliveries.class)
public final class WebhookDeliveries {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookDeliveries.class);
    private static final int THREADS = 16;
    /** For receivers that took nothing lately. */
    private static final int THREADS_IN_DOUBT = 8;

    private static final int BATCH = 500;

    private final Database database;
    private final Ids ids;
    private final Clock clock;
    private final WebhookCall call;
    /** What is being delivered, by subscription. */
    private final Map<TypeId, Due> busy = new ConcurrentHashMap<>();

    private final AtomicInteger names = new AtomicInteger();
    private final ExecutorService threads =
            new ThreadPoolExecutor(0, THREADS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), this::thread);

    @Activate
    public WebhookDeliveries(
            @Reference(name = "database") Database database,
            @Reference(name = "ports") Ports ports,
            @Reference(name = "trail") AuditTrail trail) {
        this(database, ports, trail, Clock.systemUTC());
    }

    WebhookDeliveries(Database database, Ports ports, AuditTrail trail, Clock clock) {
        this.database = database;
        this.ids = trail.ids();
        this.clock = clock;
        this.call = new WebhookCall(database, ports, trail, clock);
    }

    @Deactivate
    void close() {
        threads.shutdownNow();
    }

    void beat(Leader leader) {
        while (fanOut(leader) == BATCH) {
            // More is waiting.
        }
        var free = THREADS - busy.size();
        if (free > 0) {
            for (var due : database.read(tx -> tx.webhooks().due(Set.copyOf(busy.keySet()), clock.instant(), free))) {
                if (due.failures() == 0 || inDoubt() < THREADS_IN_DOUBT) {
                    start(leader, due);
                }
            }
        }
    }

    private long inDoubt() {
        return busy.values().stream().filter(due -> due.failures() > 0).count();
    }

    /** Takes events out of the outbox and makes a delivery for each subscription that wants to be told. */
    private int fanOut(Leader leader) {
        return database.write(tx -> {
            leader.fence(tx);
            var events = tx.outbox().take(BATCH);
            var projects = events.stream()
                    .map(OutboxEvent::project)
                    .filter(Objects::nonNull)
                    .collect(toSet());
            if (!projects.isEmpty()) {
                tx.deliveries().insert(deliveries(tx, events, projects));
            }
            return events.size();
        });
    }

    private List<Delivery> deliveries(Transaction tx, List<OutboxEvent> events, Set<TypeId> projects) {
        var subscriptions = tx.webhooks().active(projects).stream().collect(groupingBy(WebhookSubscription::project));
        var now = clock.instant();
        var deliveries = new ArrayList<Delivery>();
        for (var event : events) {
            var project = event.project();
            var told = project == null ? List.<WebhookSubscription>of() : subscriptions.get(project);
            for (var subscription : told == null ? List.<WebhookSubscription>of() : told) {
                if (subscription.wish().events().stream()
                        .anyMatch(type -> type.word().equals(event.type()))) {
                    deliveries.add(delivery(event, subscription, now));
                }
            }
        }
        return deliveries;
    }

    private Delivery delivery(OutboxEvent event, WebhookSubscription subscription, Instant now) {
        return new Delivery(
                ids.next(Delivery.PREFIX),
                subscription.project(),
                subscription.id(),
                new Delivery.Event(event.id(), event.type(), event.subject(), event.at()),
                now,
                Delivery.State.PENDING,
                0,
                0,
                now,
                null);
    }

    private void start(Leader leader, Due due) {
        var id = due.subscription().id();
        busy.put(id, due);
        try {
            threads.execute(() -> {
                try {
                    call.deliver(leader, due);
                } catch (DatabaseUnavailableException | ExternalSystemException | RefusedException e) {
                    LOG.debug("deliveries of {} wait: {}", id, e.getMessage());
                } catch (RuntimeException e) {
                    LOG.error("deliveries of {} wait, for a reason that is a defect", id, e);
                } finally {
                    busy.remove(id);
                }
            });
        } catch (RejectedExecutionException e) {
            // All threads are at work; the next beat asks again.
            busy.remove(id);
        }
    }

    private Thread thread(Runnable work) {
        var thread = new Thread(work, "animus-webhook-" + names.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
