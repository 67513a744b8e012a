package io.animus.kernel.core;

import static org.osgi.service.component.annotations.ReferencePolicyOption.GREEDY;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.AuditText;
import io.animus.kernel.audit.Resource;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the hub itself puts on record about plugins. A change that was decided while nobody knows whether its event was committed,
 * because the hub was killed or the database went away in that moment, is looked up in the log, and recorded if it isn't there.
 * Safe for many threads.
 */
@Component(service = PluginRecord.class, immediate = true)
public final class PluginRecord {
    private static final Logger LOG = LoggerFactory.getLogger(PluginRecord.class);
    private static final Caller CALLER = Caller.hub("plugins");
    private static final int MOST_REASONS = 16;
    private static final int MAX_REASON = 500;
    private static final long BETWEEN_LOOKS_MS = 1000;

    private final Database database;
    private final AuditTrail trail;
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(PluginRecord::thread);
    private final PluginRuntime runtime;
    private final List<Doubt> doubts = new ArrayList<>();

    /**
     * A decision that may or may not be in the log.
     *
     * @param source where it is kept
     * @param until the database can say it for sure once it has passed this transaction
     */
    private record Doubt(Decisions source, Decision decision, @Nullable Long until) {}

    @Activate
    public PluginRecord(
            @Reference(name = "database") Database database,
            @Reference(name = "trail") AuditTrail trail,
            @Reference(name = "runtime", policyOption = GREEDY) PluginRuntime runtime,
            @Reference(name = "configurations", policyOption = GREEDY) PluginConfigurations configurations,
            @Reference(name = "watch", policyOption = GREEDY) TrustWatch decided) {
        this(database, trail, runtime, configurations);
    }

    public PluginRecord(
            Database database, AuditTrail trail, PluginRuntime runtime, PluginConfigurations configurations) {
        this.database = database;
        this.trail = trail;
        this.runtime = runtime;
        doubt(runtime);
        doubt(configurations);
        looks.scheduleWithFixedDelay(this::look, 0, BETWEEN_LOOKS_MS, TimeUnit.MILLISECONDS);
    }

    @Deactivate
    void close() {
        looks.shutdownNow();
    }

    /** Records what the hub did, or kept from happening, whatever a request is answered. */
    void record(Action action, @Nullable String plugin, Json.Members details) {
        write(action, plugin, details, event -> {});
    }

    /** Says that nobody knows whether the last decision that is kept there is in the log. */
    synchronized void doubt(Decisions source) {
        doubts.removeIf(open -> open.source() == source);
        source.unrecorded().ifPresent(found -> doubts.add(new Doubt(source, found, null)));
    }

    /**
     * Makes sure that a change can be put on record, and that all that was decided is, before anything is done.
     *
     * @throws RefusedException {@code STATE_CONFLICT} if the database can't tell yet
     * @throws DatabaseUnavailableException if nothing can be put on record
     */
    void requireOpen() {
        if (!isOpen()) {
            throw RefusedException.passing(
                    ProblemCode.STATE_CONFLICT,
                    "The hub is finding out whether the last change of a plugin is on record. Try again in a moment.");
        }
    }

    /**
     * Whether a change can be put on record now, and all before it is.
     *
     * @throws DatabaseUnavailableException if nothing can be put on record
     */
    boolean isOpen() {
        trail.numbers().requireGiving();
        database.read(tx -> tx.auditNodes().horizon());
        return isWhole();
    }

    /**
     * Whether all that was decided is in the log; makes it so, if the database can tell by now.
     *
     * @throws DatabaseUnavailableException if it can't be asked
     */
    synchronized boolean isWhole() {
        for (var i = doubts.size() - 1; i >= 0; i--) {
            var open = doubts.get(i);
            var horizon = database.read(tx -> tx.auditNodes().horizon());
            var until = open.until() == null ? horizon.next() : open.until();
            if (until > horizon.oldest()) {
                doubts.set(i, new Doubt(open.source(), open.decision(), until));
            } else {
                recordOnce(i);
                doubts.remove(i);
            }
        }
        return doubts.isEmpty();
    }

    private void recordOnce(int doubt) {
        var source = doubts.get(doubt).source();
        var decision = doubts.get(doubt).decision();
        var committed = database.read(tx -> tx.auditNodes().committed(List.of(decision.event())));
        if (committed.isEmpty()) {
            LOG.warn(
                    "{} of {} was decided but not recorded, and is recorded now", decision.action(), decision.plugin());
            // Whoever is killed here, or gets no answer, looks for this event next, and doesn't record twice.
            write(decision.action(), decision.plugin(), afterwards(decision), event -> {
                var again = new Decision(event, decision.action(), decision.plugin(), decision.details());
                source.remember(again);
                doubts.set(doubt, new Doubt(source, again, null));
            });
        }
        source.remember(null);
    }

    private void tell() {
        for (var next : runtime.untold()) {
            var digest = next.digest();
            var mode = next.letInBy();
            var details = Json.object()
                    .put("version", next.version())
                    .putIfPresent("digest", digest == null ? null : digest.value())
                    .put("reasons", reasons(next.reasons()))
                    .putIfPresent("trust", mode == null ? null : mode.word())
                    .put("at", "start");
            record(mode == null ? Action.PLUGIN_REFUSED : Action.PLUGIN_ADMITTED, next.plugin(), details.build());
            runtime.told(next);
        }
    }

    /** The first of them, each cut where it is long, as an event can hold them. */
    static Json reasons(List<String> reasons) {
        return Json.array(reasons.stream()
                .limit(MOST_REASONS)
                .map(reason -> Json.clean(AuditText.fit(reason, MAX_REASON)))
                .toList());
    }

    private static Json.Members afterwards(Decision decision) {
        var details = Json.object().put("recorded", "afterwards");
        decision.details().members().forEach(details::put);
        return details.build();
    }

    private void write(Action action, @Nullable String plugin, Json.Members details, Consumer<TypeId> decided) {
        database.write(tx -> {
            var now = Clock.systemUTC().instant().truncatedTo(ChronoUnit.MICROS);
            var change = new Change(tx, CALLER, null, trail, trail.ids(), now);
            var event = change.audit(action, new Resource("plugin", plugin, null), details);
            decided.accept(event);
            return event;
        });
    }

    /** The outermost edge of this thread. */
    private void look() {
        try {
            tell();
            isWhole();
        } catch (RuntimeException e) {
            LOG.warn("What happened to plugins is not on record yet: {}", e.getMessage());
        }
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "animus-plugin-record");
        thread.setDaemon(true);
        return thread;
    }
}
