package io.animus.kernel.core;

import io.animus.api.audit.AuditSink;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a feed running for each audit sink that is there. Called from the one thread of the {@link Courier}. */
@Component(service = AuditFeeds.class, configurationPid = "io.animus.audit.feeds")
@Designate(ocd = AuditFeeds.Config.class)
public final class AuditFeeds {
    /** How sinks are fed. */
    @ObjectClassDefinition(name = "Feeds of audit sinks")
    public @interface Config {
        @AttributeDefinition(
                description = "How far back a sink without acknowledgements is fed again after a failure, in seconds")
        int rewind__seconds() default 10;

        @AttributeDefinition(description = "The most entries that it is fed again")
        int rewind__entries() default 10_000;

        @AttributeDefinition(description = "How long a sink may take for one batch, in seconds")
        int deadline__seconds() default 30;

        @AttributeDefinition(
                description = "How old an entry may be that a sink does not have, before /readyz says so, in seconds")
        int lag__limit__seconds() default 300;
    }

    private static final Logger LOG = LoggerFactory.getLogger(AuditFeeds.class);
    private static final int MOST_SINKS = 32;

    private final Database database;
    private final Ports ports;
    private final FeedStatus status;
    private final AuditFeed.Limits limits;
    private final Duration patience;
    private final Ids ids;
    private final Clock clock;
    private final AuditFeed.Lines lines = new AuditFeed.Lines();
    private final Map<String, Running> running = new HashMap<>();
    private long size;

    private record Running(AuditFeed feed, Thread thread, AuditSink sink) {}

    @Activate
    public AuditFeeds(
            @Reference(name = "database") Database database,
            @Reference(name = "ports") Ports ports,
            @Reference(name = "trail") AuditTrail trail,
            @Reference(name = "status") FeedStatus status,
            @Reference(name = "gate") Gate gate,
            @Reference(name = "requests") RequestsInFlight requests,
            Config config) {
        this(
                database,
                ports,
                status,
                new AuditFeed.Limits(
                        AuditFeed.Limits.DEFAULT.batch(),
                        AuditFeed.Limits.DEFAULT.bytes(),
                        Duration.ofSeconds(config.deadline__seconds()),
                        new FeedCursor.Window(Duration.ofSeconds(config.rewind__seconds()), config.rewind__entries()),
                        new FeedPace.Others(gate::asked, requests::isAny)),
                Duration.ofSeconds(config.lag__limit__seconds()),
                trail.ids(),
                Clock.systemUTC());
    }

    AuditFeeds(
            Database database,
            Ports ports,
            FeedStatus status,
            AuditFeed.Limits limits,
            Duration patience,
            Ids ids,
            Clock clock) {
        this.database = database;
        this.ports = ports;
        this.status = status;
        this.limits = limits;
        this.patience = patience;
        this.ids = ids;
        this.clock = clock;
    }

    /** Starts feeds for new sinks, ends those of sinks that are gone, and tells the others of new entries. */
    void beat(Leader leader) {
        var present = ports.sinks();
        stop(present);
        for (var sink : present.entrySet()) {
            var feed = running.get(sink.getKey());
            if (feed == null || !feed.thread().isAlive()) {
                start(leader, sink.getKey(), sink.getValue());
            } else if (feed.sink() != sink.getValue()) {
                feed.feed().renew();
                running.put(sink.getKey(), new Running(feed.feed(), feed.thread(), sink.getValue()));
            }
        }
        var grown = database.read(tx -> tx.auditTree().size());
        if (grown != size) {
            size = grown;
            running.values().forEach(feed -> feed.feed().ring());
        }
    }

    /** How the sinks stand that are there, whoever feeds them. */
    void look() {
        var names = ports.sinks().keySet();
        status.look(database.read(tx -> tx.sinks().standings(names)), patience);
    }

    /** Another hub feeds from now on; does not wait for calls that hang. */
    @Deactivate
    void stop() {
        stop(Map.of());
    }

    private void stop(Map<String, AuditSink> present) {
        running.entrySet().removeIf(feed -> {
            if (present.containsKey(feed.getKey())) {
                return false;
            }
            feed.getValue().feed().close();
            feed.getValue().thread().interrupt();
            return true;
        });
    }

    private void start(Leader leader, String name, AuditSink sink) {
        if (running.size() == MOST_SINKS && !running.containsKey(name)) {
            LOG.warn("The audit sink {} is not fed: the hub feeds {} at the most", name, MOST_SINKS);
            return;
        }
        database.write(tx -> {
            leader.fence(tx);
            tx.sinks().create(ids.next("snk"), name, clock.instant());
            return true;
        });
        var feed = new AuditFeed(database, ports, lines, leader, name, limits, clock);
        var thread = new Thread(feed, "animus-feed-" + name);
        thread.setDaemon(true);
        running.put(name, new Running(feed, thread, sink));
        thread.start();
    }
}
