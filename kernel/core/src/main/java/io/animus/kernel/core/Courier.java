package io.animus.kernel.core;

import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Leader;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out of the hub what others are to know: the audit log to sinks, events to webhooks. Of several hubs on one
 * database one does; the others stand by.
 */
@Component(service = Courier.class, immediate = true)
public final class Courier {
    private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
    private static final String ROLE = "courier";
    private static final Duration BEAT = Duration.ofMillis(200);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Database database;
    private final AuditTrail trail;
    private final AuditFeeds feeds;
    private final WebhookDeliveries deliveries;
    private final Clock clock;
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor(Courier::thread);
    private final Set<String> broken = new HashSet<>();
    private @Nullable Leader leader;
    private Instant lastLook = Instant.EPOCH;
    private boolean troubled;

    @Activate
    public Courier(
            @Reference(name = "database") Database database,
            @Reference(name = "trail") AuditTrail trail,
            @Reference(name = "feeds") AuditFeeds feeds,
            @Reference(name = "deliveries") WebhookDeliveries deliveries) {
        this(database, trail, feeds, deliveries, Clock.systemUTC());
    }

    Courier(Database database, AuditTrail trail, AuditFeeds feeds, WebhookDeliveries deliveries, Clock clock) {
        this.database = database;
        this.trail = trail;
        this.feeds = feeds;
        this.deliveries = deliveries;
        this.clock = clock;
        beats.scheduleWithFixedDelay(this::beat, 0, BEAT.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Deactivate
    void close() throws InterruptedException {
        beats.shutdownNow();
        beats.awaitTermination(10, TimeUnit.SECONDS);
        resign();
    }

    /** The outermost edge of this thread: nothing may end the beat. */
    private void beat() {
        try {
            carry();
            troubled = false;
        } catch (DatabaseUnavailableException e) {
            trouble("nothing is carried out of the hub now: {}", e.getMessage(), null);
            resign();
        } catch (RuntimeException e) {
            trouble("nothing is carried out of the hub now, for a reason that is a defect: {}", e.getMessage(), e);
            resign();
        }
    }

    private void carry() {
        var now = clock.instant();
        if (leader == null || !leader.isAlive()) {
            resign();
            leader = Leader.elect(database, ROLE, trail.node(), now).orElse(null);
            if (leader != null) {
                LOG.info("this hub feeds sinks and webhooks from now on");
            }
        }
        var elected = leader;
        if (elected != null) {
            apart("the audit log doesn't get to sinks", () -> feeds.beat(elected));
            apart("events don't get to webhooks", () -> deliveries.beat(elected));
        }
        if (Duration.between(lastLook, now).compareTo(BETWEEN_LOOKS) >= 0) {
            lastLook = now;
            apart("nobody sees how sinks stand", feeds::look);
        }
    }

    /** What is broken in one part stops no other. */
    private void apart(String trouble, Runnable part) {
        try {
            part.run();
            broken.remove(trouble);
        } catch (DatabaseUnavailableException e) {
            throw e;
        } catch (RuntimeException e) {
            if (broken.add(trouble)) {
                LOG.error("{} now, for a reason that is a defect", trouble, e);
            }
        }
    }

    /** Says once that something is wrong, not five times a second. */
    private void trouble(String message, @Nullable String why, @Nullable Exception defect) {
        if (!troubled) {
            LOG.warn(message, why, defect);
            troubled = true;
        }
    }

    private void resign() {
        feeds.stop();
        if (leader != null) {
            leader.close();
            leader = null;
        }
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "animus-courier");
        thread.setDaemon(true);
        return thread;
    }
}
