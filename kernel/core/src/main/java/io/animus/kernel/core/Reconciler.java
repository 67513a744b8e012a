package io.animus.kernel.core;

import io.animus.api.executor.JobStatus;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.run.Attempt;
import io.animus.kernel.domain.run.RunState;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Leader;
import io.animus.kernel.store.postgres.QueueRepository.UnderWay;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
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

    private static final int WORKERS = 16;
    private static final int WAITING = 200;
    private static final Duration IDLE_LOOK = Duration.ofSeconds(5);

    private final Database database;
    private final Ports ports;
    private final RunSteps steps;
    private final Bell bell;
    private final Deadlines deadlines;
    private final Clock clock;
    /** Until when each run is left alone: for as long as a worker has it, and for a rest after a step that failed. */
    private final Map<TypeId, Instant> inHand = new ConcurrentHashMap<>();

    private final ExecutorService workers =
            new ThreadPoolExecutor(WORKERS, WORKERS, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(WAITING), work -> {
                var thread = new Thread(work, "animus-reconciler");
                thread.setDaemon(true);
                return thread;
            });
    private @Nullable Instant silentSince;
    private Instant lastLook = Instant.EPOCH;

    @Activate
    public Reconciler(
            @Reference(name = "database") Database database,
            @Reference(name = "ports") Ports ports,
            @Reference(name = "steps") RunSteps steps,
            @Reference(name = "bell") Bell bell) {
        this(database, ports, steps, bell, Deadlines.DEFAULT, Clock.systemUTC());
    }

    Reconciler(Database database, Ports ports, RunSteps steps, Bell bell, Deadlines deadlines, Clock clock) {
        this.database = database;
        this.ports = ports;
        this.steps = steps;
        this.bell = bell;
        this.deadlines = deadlines;
        this.clock = clock;
    }

    @Deactivate
    void close() throws InterruptedException {
        workers.shutdownNow();
        workers.awaitTermination(10, TimeUnit.SECONDS);
    }

    /** Looks at every run that is under way and sets going what it needs. One call at a time. */
    void reconcile(Leader leader) {
        var now = clock.instant();
        inHand.values().removeIf(until -> !until.isAfter(now));
        // Read before the jobs: a run whose job is gone must not look as if it still needed one.
        var underWay = database.read(tx -> tx.queue().underWay(MOST));
        if (underWay.isEmpty() && ports.hasAbleExecutor() && now.isBefore(lastLook.plus(IDLE_LOOK))) {
            return;
        }
        lastLook = now;
        var jobs = jobs();
        if (jobs.isPresent()) {
            silentSince = null;
            compare(leader, underWay, jobs.get());
            return;
        }
        silentSince = silentSince == null ? now : silentSince;
        if (now.isAfter(silentSince.plus(deadlines.silence()))) {
            underWay.forEach(run -> doubt(leader, run));
        }
    }

    /** Whether no step is under way. */
    boolean isIdle() {
        return !inHand.containsValue(Instant.MAX);
    }

    private void compare(Leader leader, List<UnderWay> underWay, Ports.Jobs held) {
        var jobs = new HashMap<String, JobStatus>();
        held.statuses().forEach(job -> jobs.put(job.dispatchId(), job));
        for (var run : underWay) {
            var status = Optional.ofNullable(jobs.remove(run.attempt().value()));
            if (status.isEmpty() && !run.dataPlane().equals(held.dataPlane())) {
                // It may go on where this hub can't look: not here is not nowhere.
                doubt(leader, run);
            } else {
                inHand(run.run(), () -> proceed(leader, run, status));
            }
        }
        removeOrphans(jobs.keySet());
    }

    private void proceed(Leader leader, UnderWay run, Optional<JobStatus> status) {
        var step = steps.next(leader, run, status);
        if (step.isEmpty() && status.filter(JobStatus.Pending.class::isInstance).isPresent()) {
            // Handed over once more, told to end, or left to wait: none of that at every beat.
            inHand.put(run.run(), clock.instant().plus(deadlines.rest()));
        } else {
            take(leader, run.run(), step);
        }
    }

    private void doubt(Leader leader, UnderWay run) {
        if (steps.isBeyondProof(run)) {
            inHand(run.run(), () -> take(leader, run.run(), Optional.of(steps.giveUp(run))));
        } else if (run.state() == RunState.RUNNING || run.state() == RunState.RECONCILING) {
            inHand(run.run(), () -> take(leader, run.run(), Optional.of(steps.lose(run))));
        }
    }

    /** What the executor holds; empty if it can't be asked. */
    private Optional<Ports.Jobs> jobs() {
        try {
            return Optional.of(ports.jobs());
        } catch (ExternalSystemException | RefusedException e) {
            return Optional.empty();
        }
    }

    /** Jobs whose attempts are over, left over from a crash. What isn't ours stays. */
    private void removeOrphans(Set<String> dispatchIds) {
        var ids = dispatchIds.stream()
                .filter(id -> TypeId.isForm(Attempt.PREFIX, id))
                .map(TypeId::new)
                .toList();
        if (!ids.isEmpty()) {
            database.read(tx -> tx.attempts().ended(ids))
                    .forEach((attempt, run) -> inHand(run, () -> remove(attempt, run)));
        }
    }

    private void remove(TypeId attempt, TypeId run) {
        steps.remove(attempt);
        inHand.remove(run);
    }

    /** Writes a step; the run stays in hand until it is written, and what it leaves is removed. */
    private void take(Leader leader, TypeId run, Optional<Step> decided) {
        if (decided.isEmpty()) {
            inHand.remove(run);
            return;
        }
        var step = decided.get();
        steps.write(leader, step, failure -> {
            if (failure.isPresent()) {
                rest(run, failure.get());
                return;
            }
            if (step.endsJob()) {
                execute(run, () -> remove(step.run().attempt(), run));
            } else {
                inHand.remove(run);
            }
            bell.ring();
        });
    }

    /** One piece of work for each run at a time; the next round looks again. */
    private void inHand(TypeId run, Runnable work) {
        if (inHand.putIfAbsent(run, Instant.MAX) == null) {
            execute(run, work);
        }
    }

    private void execute(TypeId run, Runnable work) {
        try {
            workers.execute(() -> {
                MDC.put("runId", run.value());
                try {
                    work.run();
                } catch (RuntimeException e) {
                    // The outermost edge of a worker's thread: nothing may keep it from the next run.
                    rest(run, e);
                } finally {
                    MDC.remove("runId");
                }
            });
        } catch (RejectedExecutionException e) {
            inHand.remove(run);
        }
    }

    /** Leaves a run alone for a while after a step that failed. */
    private void rest(TypeId run, RuntimeException failure) {
        if (failure instanceof RunProgression.OvertakenException) {
            LOG.debug("somebody else was faster; the next round looks again");
            inHand.remove(run);
            return;
        }
        if (failure instanceof DatabaseUnavailableException
                || failure instanceof ExternalSystemException
                || failure instanceof RefusedException) {
            LOG.info("not now, tried again soon: {}", failure.getMessage());
        } else {
            LOG.error("a defect keeps this run from going on", failure);
        }
        inHand.put(run, clock.instant().plus(deadlines.rest()));
    }
}
