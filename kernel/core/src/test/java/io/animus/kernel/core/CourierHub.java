package io.animus.kernel.core;

import io.animus.api.audit.AuditSink;
import io.animus.api.events.EventPublisher;
import io.animus.kernel.store.postgres.Database;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;

/** What of one hub process feeds sinks and webhooks, on a database that it shares with others. */
final class CourierHub implements AutoCloseable {
    private final Database database;
    private final PortCalls calls = new PortCalls(new Metrics());
    private final Ports ports = new Ports(calls);
    private final Metrics metrics = new Metrics();
    private final FeedStatus status = new FeedStatus(metrics);
    private final WebhookDeliveries deliveries;
    private final AuditFeeds feeds;
    private final Courier courier;

    CourierHub(Kernel kernel, AuditFeed.Limits limits) {
        database = kernel.anotherDatabase();
        var trail = new AuditTrail(database, Composition.none(), kernel.clock(), new SecureRandom());
        feeds = new AuditFeeds(database, ports, status, limits, Duration.ofMinutes(5), trail.ids(), kernel.clock());
        deliveries = new WebhookDeliveries(database, ports, trail, kernel.clock());
        courier = new Courier(database, trail, feeds, deliveries, kernel.clock());
    }

    void plug(AuditSink... sinks) {
        for (var sink : sinks) {
            ports.addSink(sink, Map.of());
        }
    }

    void unplug(AuditSink sink) {
        ports.removeSink(sink);
    }

    void plug(EventPublisher publisher) {
        ports.addPublisher(publisher, Map.of());
    }

    Ports ports() {
        return ports;
    }

    FeedStatus status() {
        return status;
    }

    Metrics metrics() {
        return metrics;
    }

    @Override
    public void close() {
        try {
            courier.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        deliveries.close();
        calls.close();
        database.close();
    }
}
