package io.animus.kernel.core;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.AuditSink;
import io.animus.api.audit.Receipt;
import io.animus.api.events.Destination;
import io.animus.api.events.DomainEvent;
import io.animus.api.events.EventPublisher;
import io.animus.api.events.Outcome;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.tck.InMemoryAuditSink;
import io.animus.kernel.store.postgres.Database;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A sink and receivers of webhooks in memory, and what feeds them. In this package because only the kernel wires itself. */
public final class CarriersInMemory {
    /** The name of the sink. It refuses to hear of new projects. */
    public static final String SINK = "memory.siem";

    /** The one secret that webhooks can name. */
    public static final String SECRET = "known";

    private final AuditFeeds feeds;
    private final WebhookDeliveries deliveries;
    private final Courier courier;

    public CarriersInMemory(Database database, Ports ports, AuditTrail trail, FeedStatus status) {
        var clock = Clock.systemUTC();
        ports.addSink(new Siem(), Map.of());
        ports.addPublisher(new Receivers(), Map.of());
        feeds = new AuditFeeds(
                database, ports, status, AuditFeed.Limits.DEFAULT, Duration.ofMinutes(5), trail.ids(), clock);
        deliveries = new WebhookDeliveries(database, ports, trail, clock);
        courier = new Courier(database, trail, feeds, deliveries, clock);
    }

    public void close() throws InterruptedException {
        courier.close();
        deliveries.close();
    }

    private static final class Siem implements AuditSink, Plugin {
        private final AuditSink memory =
                new InMemoryAuditSink(entry -> entry.action().equals("project.created"));

        @Override
        public boolean acknowledges() {
            return memory.acknowledges();
        }

        @Override
        public Receipt deliver(List<AuditEntry> batch) {
            return memory.deliver(batch);
        }

        @Override
        public PluginDescriptor descriptor() {
            return new PluginDescriptor("audit", "memory", "siem");
        }

        @Override
        public PluginHealth health() {
            return PluginHealth.OK;
        }
    }

    /** At any address somebody takes everything, but for hosts that are called broken. */
    private static final class Receivers implements EventPublisher {
        @Override
        public boolean serves(URI url) {
            return true;
        }

        @Override
        public boolean knowsSecret(String name) {
            return name.equals(SECRET);
        }

        @Override
        public Outcome publish(DomainEvent event, Destination destination) {
            return destination.url().getHost().startsWith("broken")
                    ? new Outcome.Refused(400, "no such hook", false)
                    : new Outcome.Delivered(204);
        }
    }
}
