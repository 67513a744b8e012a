package io.animus.kernel.core;

import io.animus.api.executor.JobExecutor;
import io.animus.api.executor.JobStatus;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.run.RunState;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Leader;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Brings what the database says of the runs that are under way together with what the executor proves. It knows nothing
 * of yesterday: after a crash it looks at both sides and goes on from there.
 */
@Component(service = Reconciler.class)
public final class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    /** The most runs that are looked at in one round. */
    private static final int MOST = 5_000;

    private static final int WORKERS = 8;
    private static final int WAITING = 200;

    /** How long the executor may be silent before its runs are in doubt. */
    static final Duration SILENCE = Duration.ofSeconds(10);

    private final Database database;
    private final Ports ports;
    private final RunSteps steps;
    private final Clock clock = Clock.systemUTC();
    private final Set<TypeId> inHand = ConcurrentHashMap.newKeySet();
    private final ExecutorService workers =
            new ThreadPoolExecutor(WORKERS, WORKERS, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(WAITING), work -> {
                var thread = new Thread(work, "animus-reconciler");
                thread.setDaemon(true);
                return thread;
            });
    private @Nullable Instant silentSince;

    @Activate
    public Reconciler(
            @Reference(name = "database") Database database,
            @Reference(name = "ports") Ports ports,
            @Reference(name = "steps") RunSteps steps) {
        this.database = database;
        this.ports = ports;
        this.steps = steps;
    }

    @Deactivate
    void close() throws InterruptedException {
        workers.shutdownNow();
        workers.awaitTermination(10, TimeUnit.SECONDS);
    }

    /** Looks at every run that is under way and sets going what it needs. */
    void reconcile(Leader leader) {
        var underWay = database.read(tx -> tx.queue().underWay(MOST));
        if (underWay.isEmpty() && !ports.hasExecutor()) {
            return;
        }
        var jobs = jobs();
        var now = clock.instant();
        if (jobs.isEmpty()) {
            silentSince = silentSince == null ? now : silentSince;
            if (now.isAfter(silentSince.plus(SILENCE))) {
                underWay.stream()
                        .filter(run -> run.state() == RunState.RUNNING)
                        .forEach(run -> inHand(run.run(), () -> steps.lose(leader, run)));
                underWay.stream()
                        .filter(run -> steps.isOverdue(run, clock.instant()))
                        .forEach(run -> inHand(run.run(), () -> steps.giveUp(leader, run)));
            }
            return;
        }
        silentSince = null;
        var left = jobs.get();
        for (var run : underWay) {
            var status = Optional.ofNullable(left.remove(run.attempt().value()));
            inHand(run.run(), () -> steps.next(leader, run, status));
        }
        left.keySet().forEach(this::removeOrphan);
    }

    /** What the executor holds, by dispatch id; empty if it can't be asked. */
    private Optional<Map<String, JobStatus>> jobs() {
        try {
            var jobs = new HashMap<String, JobStatus>();
            ports.executor(Ports.QUICK, JobExecutor::jobs).forEach(job -> jobs.put(job.dispatchId(), job));
            return Optional.of(jobs);
        } catch (ExternalSystemException | RefusedException e) {
            return Optional.empty();
        }
    }

    /** A job whose attempt is over, or belongs to a run that is, left over from a crash. What isn't ours stays. */
    private void removeOrphan(String dispatchId) {
        if (!TypeId.isForm("att", dispatchId)) {
            return;
        }
        var attempt = database.read(tx -> tx.attempts().find(new TypeId(dispatchId)));
        attempt.filter(known -> known.end() != null)
                .ifPresent(known -> inHand(known.run(), () -> steps.remove(known.id())));
    }

    /** One piece of work for each run at a time; the next round looks again. */
    private void inHand(TypeId run, Runnable work) {
        if (!inHand.add(run)) {
            return;
        }
        try {
            workers.execute(() -> {
                MDC.put("runId", run.value());
                try {
                    work.run();
                } catch (RunProgression.OvertakenException e) {
                    LOG.debug("somebody else was faster; the next round looks again");
                } catch (DatabaseUnavailableException | ExternalSystemException | RefusedException e) {
                    LOG.info("not now, the next round tries again: {}", e.getMessage());
                } catch (RuntimeException e) {
                    LOG.error("a defect keeps this run from going on", e);
                } finally {
                    MDC.remove("runId");
                    inHand.remove(run);
                }
            });
        } catch (RejectedExecutionException e) {
            inHand.remove(run);
        }
    }
}
