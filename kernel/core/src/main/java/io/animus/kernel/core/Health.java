package io.animus.kernel.core;

import static java.util.stream.Collectors.groupingBy;
import static org.osgi.service.component.annotations.ReferenceCardinality.OPTIONAL;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.plugin.PluginHealth.State;
import io.animus.kernel.store.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the hub can do its work, and what keeps it from it. Asks no more often than every two seconds, however often it
 * is asked. Safe for many threads.
 */
@Component(service = Health.class)
public final class Health {
    private static final List<String> CAPABILITIES = List.of("scm", "registry", "storage", "executor");
    private static final String DATABASE = "database";
    private static final String AUDIT = "audit";
    private static final String PLUGINS = "plugins";
    private static final String TRUST = "trust";
    private static final Duration FRESH = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);

    private final Supplier<List<Ports.Known>> plugins;
    private final Function<Plugin, PluginHealth> asking;
    private final Supplier<List<String>> overdue;
    private final LongSupplier nanoTime;
    private final Probes probes = new Probes();
    private final Map<String, State> logged = new HashMap<>();

    private volatile @Nullable Database database;
    private volatile @Nullable Bootstrap bootstrap;
    private volatile @Nullable AuditTrail trail;
    private volatile @Nullable LogStatus log;
    private volatile @Nullable FeedStatus feeds;
    private volatile @Nullable LeftThreads threads;
    private volatile @Nullable TrustMode trust;
    private @Nullable Known known;

    /**
     * How one part is.
     *
     * @param detail null when all is well; for anybody to read: names plugins, but no host and no secret
     */
    public record Check(String name, State state, @Nullable String detail) {}

    /** How all of it is, worst first what it says; checks by name. */
    public record Report(State state, List<Check> checks) {
        public Report {
            checks = List.copyOf(checks);
        }

        /** Whether the hub should be sent requests. */
        public boolean isReady() {
            return state != State.DOWN;
        }
    }

    private record Known(Report report, long at) {}

    @Activate
    public Health(@Reference(name = "ports") Ports ports) {
        this(ports::plugins, ports::healthOf, ports::overdue, System::nanoTime);
    }

    /**
     * @param asking asks a plugin how it is
     * @param overdue what plugins do not let go of: a sentence for each
     */
    Health(
            Supplier<List<Ports.Known>> plugins,
            Function<Plugin, PluginHealth> asking,
            Supplier<List<String>> overdue,
            LongSupplier nanoTime) {
        this.plugins = plugins;
        this.asking = asking;
        this.overdue = overdue;
        this.nanoTime = nanoTime;
    }

    @Reference(name = "database", cardinality = OPTIONAL, policy = DYNAMIC)
    void setDatabase(Database present) {
        database = present;
        forget();
    }

    void unsetDatabase(Database gone) {
        if (database == gone) {
            database = null;
            forget();
        }
    }

    @Reference(name = "bootstrap", cardinality = OPTIONAL, policy = DYNAMIC)
    void setBootstrap(Bootstrap done) {
        bootstrap = done;
        forget();
    }

    void unsetBootstrap(Bootstrap gone) {
        if (bootstrap == gone) {
            bootstrap = null;
            forget();
        }
    }

    @Reference(name = "trail", cardinality = OPTIONAL, policy = DYNAMIC)
    void setTrail(AuditTrail present) {
        trail = present;
    }

    void unsetTrail(AuditTrail gone) {
        if (trail == gone) {
            trail = null;
        }
    }

    @Reference(name = "log", cardinality = OPTIONAL, policy = DYNAMIC)
    void setLog(LogStatus present) {
        log = present;
    }

    void unsetLog(LogStatus gone) {
        if (log == gone) {
            log = null;
        }
    }

    @Reference(name = "feeds", cardinality = OPTIONAL, policy = DYNAMIC)
    void setFeeds(FeedStatus present) {
        feeds = present;
    }

    void unsetFeeds(FeedStatus gone) {
        if (feeds == gone) {
            feeds = null;
        }
    }

    @Reference(name = "threads", cardinality = OPTIONAL, policy = DYNAMIC)
    void setThreads(LeftThreads present) {
        threads = present;
    }

    void unsetThreads(LeftThreads gone) {
        if (threads == gone) {
            threads = null;
        }
    }

    @Reference(name = "trust", cardinality = OPTIONAL, policy = DYNAMIC)
    void setTrust(TrustMode present) {
        trust = present;
    }

    void unsetTrust(TrustMode gone) {
        if (trust == gone) {
            trust = null;
        }
    }

    @Deactivate
    void close() {
        probes.close();
    }

    /** Whether the start is complete: the database is migrated and the first administrator can get in. */
    public boolean isStarted() {
        return bootstrap != null;
    }

    /**
     * How the hub is now: {@code DOWN} without its database, {@code DEGRADED} without a plugin that works for each
     * capability, or while events don't get into the audit log
     * or from there to a sink. Answers within about two seconds.
     */
    public synchronized Report report() {
        var last = known;
        if (last != null && nanoTime.getAsLong() - last.at() < FRESH.toNanos()) {
            return last.report();
        }
        var report = look();
        known = new Known(report, nanoTime.getAsLong());
        return report;
    }

    private synchronized void forget() {
        known = null;
    }

    private Report look() {
        var present = plugins.get();
        var ofDatabase = probes.begin(DATABASE, this::askDatabase);
        var asked = present.stream()
                .map(known ->
                        new Asked(known.descriptor(), probes.begin(known.plugin(), () -> asking.apply(known.plugin()))))
                .toList();
        var deadline = System.nanoTime() + PATIENCE.toNanos();

        var databaseHealth = ofDatabase.await(deadline);
        logChange(DATABASE, databaseHealth);
        var byPort = asked.stream().collect(groupingBy(one -> one.descriptor().port()));
        var checks = new ArrayList<Check>();
        checks.add(new Check(DATABASE, databaseHealth.state(), detail(databaseHealth)));
        for (var capability : CAPABILITIES) {
            checks.add(check(capability, byPort.getOrDefault(capability, List.of()), deadline));
        }
        var ofLog = log;
        var ofSinks = feeds;
        if (ofLog != null) {
            checks.add(ofLog.trouble()
                    .or(() -> ofSinks == null ? Optional.empty() : ofSinks.trouble())
                    .map(why -> new Check(AUDIT, State.DEGRADED, why))
                    .orElse(new Check(AUDIT, State.OK, null)));
        }
        checks.add(checkLeftovers());
        var mode = trust;
        if (mode != null) {
            checks.add(checkTrust(mode));
        }
        probes.keepOnly(present.stream().map(Ports.Known::plugin).toList());
        checks.sort(Comparator.comparing(Check::name));
        return new Report(overall(databaseHealth.state(), checks), checks);
    }

    /** A plugin, and its answer to come. */
    private record Asked(PluginDescriptor descriptor, Probes.Probe probe) {}

    private PluginHealth askDatabase() {
        var present = database;
        if (present == null) {
            return PluginHealth.down("The database is not there yet, or can't be used; the log says why.");
        }
        if (bootstrap == null) {
            return PluginHealth.down("The hub has not finished its start.");
        }
        if (!present.isAvailable()) {
            return PluginHealth.down("The database does not answer.");
        }
        var events = trail;
        return events == null || events.numbers().isGiving()
                ? PluginHealth.OK
                : PluginHealth.down("No change can be put on record before the next heartbeat of this hub is.");
    }

    /** As well as the best of its plugins, less if another one is unwell. */
    private Check check(String capability, List<Asked> asked, long deadline) {
        if (asked.isEmpty()) {
            return new Check(capability, State.DOWN, "No plugin for it is installed and configured.");
        }
        var working = 0;
        var unwell = new ArrayList<String>();
        for (var one : asked) {
            var health = one.probe().await(deadline);
            if (health.state() != State.DOWN) {
                working++;
            }
            if (health.state() != State.OK) {
                unwell.add(one.descriptor() + " is " + health.state());
            }
            logChange(one.descriptor().toString(), health);
        }
        if (unwell.isEmpty()) {
            return new Check(capability, State.OK, null);
        }
        // Reasons may name hosts, and this is shown to everybody.
        var detail = String.join(", ", unwell) + "; the log of the hub says why.";
        return new Check(capability, working == 0 ? State.DOWN : State.DEGRADED, detail);
    }

    /** What plugins hold that they should have given back. */
    private Check checkLeftovers() {
        var ofThreads = threads;
        var found = Stream.concat(overdue.get().stream(), ofThreads == null ? Stream.of() : ofThreads.found().stream())
                .toList();
        var health = found.isEmpty()
                ? PluginHealth.OK
                : PluginHealth.degraded(String.join("; ", found)
                        + ". Update or disable it, and start the hub again if that doesn't help.");
        logChange(PLUGINS, health);
        return new Check(PLUGINS, health.state(), detail(health));
    }

    /** What a decision of two lets in is as the operator wants it; what a file alone lets in is not. */
    private static Check checkTrust(TrustMode trust) {
        return trust.isLoosened()
                ? new Check(
                        TRUST,
                        State.DEGRADED,
                        "For development, " + TrustMode.FILE + " lets plugins in that no publisher has signed.")
                : new Check(TRUST, State.OK, null);
    }

    private static State overall(State ofDatabase, List<Check> checks) {
        if (ofDatabase == State.DOWN) {
            return State.DOWN;
        }
        return checks.stream().allMatch(check -> check.state() == State.OK) ? State.OK : State.DEGRADED;
    }

    private static @Nullable String detail(PluginHealth health) {
        return health.state() == State.OK ? null : health.reason();
    }

    private void logChange(String name, PluginHealth health) {
        var before = logged.put(name, health.state());
        if (before == health.state() || (before == null && health.state() == State.OK)) {
            return;
        }
        if (health.state() == State.OK) {
            LOG.info("{} is well again", name);
        } else {
            LOG.warn("{} is {}: {}", name, health.state(), health.reason());
        }
    }
}
