package io.animus.kernel.core;

import static java.util.stream.Collectors.groupingBy;

import io.animus.api.executor.Exit;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.Refusal;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.run.AttemptEnd;
import io.animus.kernel.domain.run.Failure;
import io.animus.kernel.domain.run.FailureCause;
import io.animus.kernel.domain.run.Placement;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunSpec;
import io.animus.kernel.domain.run.RunState;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import io.animus.kernel.store.postgres.QueueRepository.UnderWay;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The steps that a run under way can take. Each one may be repeated, and is taken again after a crash in its middle. What a
 * step asks of the outside is asked first, on the thread of the caller; what it changes is {@linkplain #write written}
 * together with other steps.
 */
@Component(service = RunSteps.class)
public final class RunSteps {
    private final Database database;
    private final Ports ports;
    private final JobBuilder jobs;
    private final ResultCollector collector;
    private final StepWriter writer;
    private final Deadlines deadlines;
    private final Clock clock;
    private final CommonQuestion<TypeId, Run> runs;
    private final CommonQuestion<Seen, Seen> current;

    /** A run as a leader has seen it. */
    private record Seen(Leader leader, UnderWay run) {}

    @Activate
    public RunSteps(
            @Reference(name = "database") Database database,
            @Reference(name = "ports") Ports ports,
            @Reference(name = "jobs") JobBuilder jobs,
            @Reference(name = "collector") ResultCollector collector,
            @Reference(name = "progression") RunProgression progression) {
        this(database, ports, jobs, collector, progression, Deadlines.DEFAULT, Clock.systemUTC());
    }

    RunSteps(
            Database database,
            Ports ports,
            JobBuilder jobs,
            ResultCollector collector,
            RunProgression progression,
            Deadlines deadlines,
            Clock clock) {
        this.database = database;
        this.ports = ports;
        this.jobs = jobs;
        this.collector = collector;
        this.writer = new StepWriter(database, progression, clock);
        this.deadlines = deadlines;
        this.clock = clock;
        this.runs = new CommonQuestion<>(ids -> database.read(tx -> tx.runs().find(ids)));
        this.current = new CommonQuestion<>(this::current);
    }

    /** Those that are so still, under leaders that still lead. */
    private Map<Seen, Seen> current(List<Seen> asked) {
        var found = new HashMap<Seen, Seen>();
        asked.stream().collect(groupingBy(Seen::leader)).forEach((leader, seen) -> {
            var still = database.read(tx ->
                    tx.queue().current(leader, seen.stream().map(Seen::run).toList()));
            seen.stream().filter(one -> still.contains(one.run().run())).forEach(one -> found.put(one, one));
        });
        return found;
    }

    /**
     * Does what {@code status} calls for, and says what is to be written of it.
     *
     * @return empty if there is nothing to write
     */
    Optional<Step> next(Leader leader, UnderWay run, Optional<JobStatus> status) {
        if (run.state() == RunState.UNKNOWN) {
            return Optional.of(doubt(run, RunState.RECONCILING, Action.RUN_RECONCILED));
        } else if (status.isEmpty()) {
            return absent(leader, run);
        } else if (status.get() instanceof JobStatus.Finished finished) {
            return Optional.of(finish(run, finished));
        } else if (run.cancelRequested() || isOverdue(run, status.get())) {
            ports.dataPlanes().ask(run.placement(), Ports.QUICK.plus(deadlines.grace()), executor -> {
                executor.cancel(run.attempt().value(), deadlines.grace());
                return run;
            });
        } else if (status.get() instanceof JobStatus.Running running && run.state() != RunState.RUNNING) {
            return Optional.of(confirm(run, running));
        } else if (status.get() instanceof JobStatus.Pending && run.state() == RunState.DISPATCHING) {
            // Who made it may have died before starting it.
            return dispatch(leader, run);
        }
        return Optional.empty();
    }

    /**
     * Writes a step, soon.
     *
     * @param written gets what kept it from being written, if anything
     */
    void write(Leader leader, Step step, Consumer<Optional<RuntimeException>> written) {
        writer.write(leader, step, written);
    }

    /** Contact was lost: nobody knows what the run does. */
    Step lose(UnderWay run) {
        return doubt(run, RunState.UNKNOWN, Action.RUN_LOST);
    }

    /** Whether the executor has been silent for so long after the end of the run's time that nothing can be proven. */
    boolean isBeyondProof(UnderWay run) {
        var started = run.started();
        var end = started == null
                ? run.since().plus(deadlines.start())
                : started.plus(Duration.ofSeconds(run.timeoutSeconds()));
        return clock.instant().isAfter(end.plus(deadlines.proof()));
    }

    /** What can't be proven in time has failed. */
    Step giveUp(UnderWay run) {
        var detail = "The executor could not be asked for %d s after the run's time was over."
                .formatted(deadlines.proof().toSeconds());
        return fail(run, new Failure(FailureCause.CONTACT_LOST, detail));
    }

    /** Removes what an ended attempt left in the data plane. */
    void remove(Placement place, TypeId attempt) {
        ports.dataPlanes().ask(place, Ports.LONG, executor -> {
            executor.remove(attempt.value());
            return attempt;
        });
    }

    private boolean isOverdue(UnderWay run, JobStatus status) {
        var end = status instanceof JobStatus.Running running
                ? running.started().plusSeconds(run.timeoutSeconds())
                : run.since().plus(deadlines.start());
        return clock.instant().isAfter(end);
    }

    private Optional<Step> absent(Leader leader, UnderWay run) {
        if (run.state() != RunState.DISPATCHING) {
            var detail = "The executor no longer knows the job, and it was not the hub that removed it.";
            return Optional.of(fail(run, new Failure(FailureCause.EXECUTOR_FAILED, detail)));
        } else if (run.cancelRequested()) {
            return Optional.of(end(run, AttemptEnd.canceled(null, clock.instant())));
        } else if (clock.instant().isAfter(run.since().plus(deadlines.start()))) {
            var detail = "It could not be started for %d s; what kept it is in the hub's log."
                    .formatted(deadlines.start().toSeconds());
            return Optional.of(fail(run, new Failure(FailureCause.EXECUTOR_UNAVAILABLE, detail)));
        }
        return dispatch(leader, run);
    }

    private Optional<Step> dispatch(Leader leader, UnderWay underWay) {
        try {
            var run = runs.ask(underWay.run()).orElseThrow();
            var job = jobs.build(run, RunSpec.of(Json.read(run.spec())), underWay);
            // Building takes time, and what is dispatched runs: a hub that was paused must not start what is over.
            if (current.ask(new Seen(leader, underWay)).isEmpty()) {
                throw new RunProgression.OvertakenException();
            }
            var status = ports.dataPlanes().ask(underWay.placement(), Ports.LONG, executor -> {
                // Since the run was given to one data plane, another executor may have taken the place of that one's.
                if (!executor.dataPlane().equals(underWay.placement().dataPlane())) {
                    throw new RunProgression.OvertakenException();
                }
                return executor.dispatch(job);
            });
            if (status instanceof JobStatus.Refused refused) {
                return Optional.of(fail(underWay, new Failure(cause(refused.refusal()), refused.detail())));
            }
            return status instanceof JobStatus.Running running
                    ? Optional.of(confirm(underWay, running))
                    : Optional.empty();
        } catch (JobBuilder.UnbuildableException e) {
            return Optional.of(fail(underWay, e.failure()));
        } catch (ExternalSystemException e) {
            if (e.reason().isRetryable()) {
                throw e;
            }
            var failure = new Failure(FailureCause.EXECUTOR_FAILED, message(e));
            return Optional.of(
                    new Step(underWay, true, ending(underWay, AttemptEnd.failed(null, failure, clock.instant()))));
        }
    }

    private static FailureCause cause(Refusal refusal) {
        return switch (refusal) {
            case IMAGE_UNAVAILABLE -> FailureCause.IMAGE_UNAVAILABLE;
            case INPUT_UNAVAILABLE -> FailureCause.INPUT_UNAVAILABLE;
            case INPUT_DIGEST_MISMATCH -> FailureCause.INPUT_DIGEST_MISMATCH;
            // The only archive that a job gets is that of its code.
            case INPUT_UNSAFE -> FailureCause.CODE_UNAVAILABLE;
            case LIMIT_NOT_ENFORCEABLE -> FailureCause.LIMIT_NOT_ENFORCEABLE;
            case NETWORK_CLASS_UNKNOWN -> FailureCause.NETWORK_CLASS_REFUSED;
            case DISPATCH_ID_TAKEN -> FailureCause.EXECUTOR_FAILED;
        };
    }

    private static Step confirm(UnderWay run, JobStatus.Running running) {
        return new Step(run, false, (batch, current) -> {
            batch.start(run, running.started(), running.node());
            var details = Json.object()
                    .put("attempt", run.attempt().value())
                    .put("node", running.node())
                    .build();
            batch.advance(run, current.running(running.started()), Action.RUN_STARTED, details);
        });
    }

    private static Step doubt(UnderWay run, RunState state, Action action) {
        var details = Json.object().put("attempt", run.attempt().value()).build();
        return new Step(run, false, (batch, current) -> batch.advance(run, current.uncertain(state), action, details));
    }

    private Step finish(UnderWay run, JobStatus.Finished finished) {
        var started = finished.started();
        if (run.state() == RunState.DISPATCHING && finished.exit().cause() != Exit.Cause.NOT_STARTED) {
            var start = started == null ? finished.ended() : started;
            return confirm(run, new JobStatus.Running(finished.dispatchId(), finished.specDigest(), start, "unknown"));
        }
        var result = collector.collect(run, finished);
        var ending = ending(run, result.end());
        return new Step(run, true, (batch, current) -> {
            batch.keep(run, result.artifacts());
            ending.on(batch, current);
        });
    }

    private Step fail(UnderWay run, Failure failure) {
        return end(run, AttemptEnd.failed(null, failure, clock.instant()));
    }

    private Step end(UnderWay run, AttemptEnd end) {
        return new Step(run, false, ending(run, end));
    }

    private Step.Effect ending(UnderWay run, AttemptEnd end) {
        var failure = end.failure();
        var details = Json.object()
                .put("attempt", run.attempt().value())
                .putIfPresent("exitCode", end.exitCode() == null ? null : Long.valueOf(end.exitCode()))
                .putIfPresent("cause", failure == null ? null : failure.cause().name())
                .build();
        var retried = failure != null && isRetried(run, failure);
        return (batch, current) -> {
            batch.end(run, end);
            if (retried && current.cancelRequested() == null) {
                var due = batch.now().plus(deadlines.retryAfter(run.number()));
                batch.advance(run, current.retrying(end.exitCode(), due), Action.RUN_RETRIED, details);
            } else {
                batch.advance(run, current.ended(end), action(end), details);
            }
        };
    }

    private static Action action(AttemptEnd end) {
        return switch (end.outcome()) {
            case SUCCEEDED -> Action.RUN_SUCCEEDED;
            case CANCELED -> Action.RUN_CANCELED;
            default -> Action.RUN_FAILED;
        };
    }

    /** A run that may still be going on somewhere is never attempted a second time. */
    private boolean isRetried(UnderWay run, Failure failure) {
        if (failure.cause() == FailureCause.CONTACT_LOST) {
            return false;
        }
        var spec = database.read(tx -> tx.runs().find(run.run())).orElseThrow().spec();
        return RunSpec.of(Json.read(spec)).retry().allows(failure.errorClass(), run.number());
    }

    private static String message(ExternalSystemException e) {
        var message = e.getMessage();
        return message == null ? e.reason().toString() : message;
    }
}
