package io.animus.kernel.core;

import static org.osgi.service.component.annotations.ReferencePolicyOption.GREEDY;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.Outcome;
import io.animus.kernel.audit.Resource;
import io.animus.kernel.core.AuditTrail.Draft;
import io.animus.kernel.core.TrustMode.InForce;
import io.animus.kernel.core.TrustMode.Source;
import io.animus.kernel.domain.trust.TrustProposal;
import io.animus.kernel.store.postgres.Database;
import java.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
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
 * Tells this node what was decided about trust, on whichever hub, and what became of the files of the trust store; and puts on
 * record that a file decides instead. Plugins that only the laxer mode lets in start then. Safe for many threads.
 */
@Component(service = TrustWatch.class, immediate = true)
public final class TrustWatch {
    private static final Logger LOG = LoggerFactory.getLogger(TrustWatch.class);
    private static final Caller CALLER = Caller.hub("trust");
    private static final String TYPE = "trustMode";
    private static final long BETWEEN_LOOKS_S = 5;

    private final Database database;
    private final AuditTrail trail;
    private final TrustMode trust;
    private final Runnable reconsider;
    private final Clock clock;
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(TrustWatch::thread);
    private @Nullable InForce told;
    private String trouble = "";

    @Activate
    public TrustWatch(
            @Reference(name = "database") Database database,
            @Reference(name = "trail") AuditTrail trail,
            @Reference(name = "trust") TrustMode trust,
            @Reference(name = "runtime", policyOption = GREEDY) PluginRuntime runtime) {
        this(database, trail, trust, runtime::reconsider, Clock.systemUTC());
        safely(this::learn);
        looks.scheduleWithFixedDelay(() -> safely(this::look), 0, BETWEEN_LOOKS_S, TimeUnit.SECONDS);
    }

    /**
     * Looks only when it is told to.
     *
     * @param reconsider looks again at the plugins that were refused
     */
    TrustWatch(Database database, AuditTrail trail, TrustMode trust, Runnable reconsider, Clock clock) {
        this.database = database;
        this.trail = trail;
        this.trust = trust;
        this.reconsider = reconsider;
        this.clock = clock;
    }

    @Deactivate
    void close() {
        looks.shutdownNow();
    }

    /** One call at a time. */
    void look() {
        learn();
        tell();
    }

    private void learn() {
        trust.learn(database.read(tx -> tx.trust().decided()));
        reconsider.run();
    }

    private void tell() {
        var now = trust.inForce();
        if (now.equals(told)) {
            return;
        }
        if (now.source() == Source.FILE) {
            database.write(tx -> {
                var decided = tx.trust().decided().map(TrustProposal::mode).orElse(null);
                var details = Json.object()
                        .put("mode", now.mode().word())
                        .put("file", TrustMode.FILE)
                        .putIfPresent("decided", decided)
                        .build();
                return trail.append(
                        tx,
                        new Draft(
                                CALLER,
                                Action.TRUST_MODE_OVERRIDDEN,
                                new Resource(TYPE, null, null),
                                Outcome.SUCCESS,
                                null,
                                details,
                                clock.instant()));
            });
        }
        told = now;
    }

    /** The outermost edge of a thread: what fails is tried again at the next look, and until then it is as it was. */
    private void safely(Runnable work) {
        try {
            work.run();
            trouble = "";
        } catch (RejectedExecutionException e) {
            LOG.debug("The hub stops");
        } catch (RuntimeException e) {
            var what = String.valueOf(e.getMessage());
            if (!what.equals(trouble)) {
                LOG.warn("Nobody can tell now what was decided about trust in plugins: {}", what);
                trouble = what;
            }
        }
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "animus-trust");
        thread.setDaemon(true);
        return thread;
    }
}
