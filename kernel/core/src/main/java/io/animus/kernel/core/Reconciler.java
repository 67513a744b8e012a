package io.animus.kernel.core;

import io.animus.api.executor.JobStatus;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.TypeId;
import io.animus.kernel.core.DataPlanes.Engine;
import io.animus.kernel.core.DataPlanes.Jobs;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.run.Attempt;
import io.animus.kernel.domain.run.Placement;
import io.animus.kernel.domain.run.RunState;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Leader;
import io.animus.kernel.store.postgres.QueueRepository.UnderWay;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Brings what the database says of the runs that are under way together with what their executors prove. It knows nothing
 * of yesterday: after a crash it looks at both sides and goes on from there.
 */
@Component(service = Reconciler.class)
public final class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    /** The most runs that are looked at in one round. */
    private static final int MOST = 5_000;

    private static final Duration IDLE_LOOK = Duration.ofSeconds(5);

    private final Database database;
    private final DataPlanes planes;
    private final RunSteps steps;
    private final Bell bell;
    private final Deadlines deadlines;
    private final Clock clock;
    /** Until when each run is left alone: for as long as a worker has it, and for a rest after a step that failed. */
    private final Map<TypeId, Instant> inHand = new ConcurrentHashMap<>();

    private final PlaneWorkers workers = new PlaneWorkers();
    private final PlaneLooks looks = new PlaneLooks();
    /** Since when nobody could be asked about the jobs of each data plane. */
    private final Map<String, Instant> silentSince = new ConcurrentHashMap<>();

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
        planes = ports.dataPlanes();
        this.steps = steps;
        this.bell = bell;
        this.deadlines = deadlines;
        this.clock = clock;
    }

    @Deactivate
    void close() throws InterruptedException {
        looks.close();
        workers.close();
    }

    /** Looks at every run that is under way and sets going what it needs. One call at a time. */
    void reconcile(Leader leader) {
        var now = clock.instant();
        inHand.values().removeIf(until -> !until.isAfter(now));
        // Read before the jobs: a run whose job is gone must not look as if it still needed one.
        var underWay = database.read(tx -> tx.queue().underWay(MOST));
        if (underWay.isEmpty() && planes.areAllAble() && now.isBefore(lastLook.plus(IDLE_LOOK))) {
            return;
        }
        lastLook = now;
        var byPlace = underWay.stream().collect(Collectors.groupingBy(UnderWay::placement));
        silentSince.keySet().retainAll(underWay.stream().map(Reconciler::plane).toList());
        var present = planes.present();
        var known = new HashMap<Engine, List<UnderWay>>();
        var strange = new ArrayList<UnderWay>();
        byPlace.forEach((place, runs) -> planes.responsible(present, place)
                .map(engine -> known.computeIfAbsent(engine, one -> new ArrayList<>()))
                .orElse(strange)
                .addAll(runs));
        looks.all(
                present,
                engine ->
                        look(leader, engine, new Seen(known.getOrDefault(engine, List.of()), strange, underWay), now));
        strange.forEach(run -> silence(leader, run, now));
    }

    /** Whether no step is under way. */
    boolean isIdle() {
        return looks.areOver() && !inHand.containsValue(Instant.MAX);
    }

    /**
     * The runs under way, as an executor is asked about them.
     *
     * @param known those that it must know of
     * @param strange those that no executor must know of
     */
    private record Seen(List<UnderWay> known, List<UnderWay> strange, List<UnderWay> all) {}

    private void look(Leader leader, Engine engine, Seen seen, Instant now) {
        var jobs = jobs(engine);
        if (jobs.isPresent()) {
            compare(leader, seen, jobs.get());
        } else {
            seen.known().forEach(run -> silence(leader, run, now));
        }
    }

    private void compare(Leader leader, Seen seen, Jobs held) {
        var jobs = new HashMap<String, JobStatus>();
        held.statuses().forEach(job -> jobs.put(job.dispatchId(), job));
        for (var run : seen.known()) {
            var status = Optional.ofNullable(jobs.get(run.attempt().value()));
            silentSince.remove(plane(run));
            if (status.isPresent()) {
                inHand(run, () -> proceed(leader, run.foundAt(held.place()), status));
            } else if (plane(run).equals(held.place().dataPlane())) {
                inHand(run, () -> proceed(leader, run, status));
            } else {
                // It may go on where this hub can't look: not here is not nowhere.
                doubt(leader, run);
            }
        }
        for (var run : seen.strange()) {
            var status = Optional.ofNullable(jobs.get(run.attempt().value()));
            if (status.isPresent()) {
                inHand(run, () -> proceed(leader, run.foundAt(held.place()), status));
            }
        }
        seen.all().forEach(run -> jobs.remove(run.attempt().value()));
        removeOrphans(held.place(), jobs.keySet());
    }

    /** Nobody can say what became of a run; that may be over soon. */
    private void silence(Leader leader, UnderWay run, Instant now) {
        var since = silentSince.computeIfAbsent(plane(run), plane -> now);
        if (now.isAfter(since.plus(deadlines.silence()))) {
            doubt(leader, run);
        }
    }

    private static String plane(UnderWay run) {
        return run.placement().dataPlane();
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
            inHand(run, () -> take(leader, run.run(), Optional.of(steps.giveUp(run))));
        } else if (run.state() == RunState.RUNNING || run.state() == RunState.RECONCILING) {
            inHand(run, () -> take(leader, run.run(), Optional.of(steps.lose(run))));
        }
    }

    /** What the executor holds; empty if it can't be asked. */
    private Optional<Jobs> jobs(Engine engine) {
        try {
            return Optional.of(planes.jobs(engine));
        } catch (ExternalSystemException | RefusedException e) {
            return Optional.empty();
        }
    }

    /** Jobs whose attempts are over, left over from a crash. What isn't ours stays. */
    private void removeOrphans(Placement place, Set<String> dispatchIds) {
        var ids = dispatchIds.stream()
                .filter(id -> TypeId.isForm(Attempt.PREFIX, id))
                .map(TypeId::new)
                .toList();
        if (!ids.isEmpty()) {
            database.read(tx -> tx.attempts().ended(ids))
                    .forEach((attempt, run) -> inHand(run, place, () -> remove(place, attempt, run)));
        }
    }

    private void remove(Placement place, TypeId attempt, TypeId run) {
        steps.remove(place, attempt);
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
                var place = step.run().placement();
                execute(run, place, () -> remove(place, step.run().attempt(), run));
            } else {
                inHand.remove(run);
            }
            bell.ring();
        });
    }

    /** One piece of work for each run at a time; the next round looks again. */
    private void inHand(UnderWay run, Runnable work) {
        inHand(run.run(), run.placement(), work);
    }

    private void inHand(TypeId run, Placement place, Runnable work) {
        if (inHand.putIfAbsent(run, Instant.MAX) == null) {
            execute(run, place, work);
        }
    }

    private void execute(TypeId run, Placement place, Runnable work) {
        try {
            workers.execute(place.dataPlane(), () -> {
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
