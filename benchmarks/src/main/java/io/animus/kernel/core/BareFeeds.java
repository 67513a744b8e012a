package io.animus.kernel.core;

import io.animus.api.audit.AuditSink;
import io.animus.api.database.DatabaseAccess;
import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.delivery.SinkFeed;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/** What of the kernel feeds audit sinks, without a framework around it and without a beat. */
public final class BareFeeds implements AutoCloseable {
    private static final int TOGETHER = 500;

    private final Clock clock = Clock.systemUTC();
    private final Database database;
    private final PortCalls calls;
    private final AuditTrail trail;
    private final Integrator integrator;
    private final AuditFeeds feeds;
    private final Leader sequencer;
    private final Leader courier;
    private final Ports ports;
    private final String name;
    private final AuditSink sink;

    /** On a database that it brings up to date first, with one sink that is called so. */
    public BareFeeds(DatabaseAccess access, String name, AuditSink sink) {
        var metrics = new Metrics();
        this.name = name;
        this.sink = sink;
        database = new Database(access);
        calls = new PortCalls(metrics);
        trail = new AuditTrail(database, Composition.none(), clock, new SecureRandom());
        integrator = new Integrator(database);
        ports = new Ports(calls);
        var status = new FeedStatus(metrics);
        feeds = new AuditFeeds(
                database, ports, status, AuditFeed.Limits.DEFAULT, Duration.ofMinutes(5), trail.ids(), clock);
        sequencer = lead("sequencer");
        courier = lead("courier");
        database.write(tx -> {
            tx.auditLog().create(trail.ids().next("hub"), "bench.invalid/audit");
            return tx.auditLog().lead(sequencer.epoch());
        });
    }

    /** Records this many events and brings them into the log; the sink must be unplugged. */
    public void record(int count) {
        var node = trail.ids().next("node");
        for (var done = 0; done < count; done += TOGETHER) {
            var now = clock.instant();
            var some = Math.min(TOGETHER, count - done);
            database.write(tx -> {
                for (var i = 0; i < some; i++) {
                    var details =
                            Json.object().put("bundles", 80).put("change", i).build();
                    trail.succeed(tx, Caller.hub("bench"), Action.COMPOSITION_CHANGED, node, null, details, now);
                }
                return true;
            });
        }
        while (integrator.integrate(sequencer.epoch()) > 0) {
            // More is waiting.
        }
    }

    /**
     * Lets the sink be fed.
     *
     * @return how many entries it is fed now, the last ones again included
     */
    public long plug() {
        var fed = database.read(tx -> tx.auditTree().size()
                - 1
                - tx.sinks().find(name).map(SinkFeed::rewind).orElse(-1L));
        ports.addSink(sink, Map.of());
        feeds.beat(courier);
        return fed;
    }

    /** Waits until the cursor is stored that has the whole log behind it. */
    public void awaitSettled() throws InterruptedException {
        while (!isSettled()) {
            Thread.sleep(1);
        }
    }

    /** Lets the sink be fed no longer. */
    public void unplug() {
        ports.removeSink(sink);
        feeds.beat(courier);
    }

    private boolean isSettled() {
        return database.read(tx -> tx.sinks()
                .find(name)
                .filter(feed -> feed.cursor() == tx.auditTree().size() - 1)
                .isPresent());
    }

    private Leader lead(String role) {
        return Leader.elect(database, role, trail.node(), clock.instant()).orElseThrow();
    }

    @Override
    public void close() {
        feeds.stop();
        courier.close();
        sequencer.close();
        calls.close();
        database.close();
    }
}
