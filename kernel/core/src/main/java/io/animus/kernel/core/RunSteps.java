package io.animus.kernel.core;

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
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.domain.run.RunSpec;
import io.animus.kernel.domain.run.RunState;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import io.animus.kernel.store.postgres.QueueRepository.UnderWay;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The steps that a run under way can take. Each one may be repeated, and is taken again after a crash in its middle. */
@Component(service = RunSteps.class)
public final class RunSteps {
    private final Database database;
    private final Ports ports;
    private final JobBuilder jobs;
    private final ResultCollector collector;
    private final RunProgression progression;
    private final Deadlines deadlines;
    private final Clock clock;

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
        this.progression = progression;
        this.deadlines = deadlines;
        this.clock = clock;
    }

    /** Takes the step that {@code status} calls for. */
    void next(Leader leader, UnderWay run, Optional<JobStatus> status) {
        if (run.state() == RunState.UNKNOWN) {
            doubt(leader, run, RunState.RECONCILING, Action.RUN_RECONCILED);
        } else if (status.isEmpty()) {
            absent(leader, run);
        } else if (status.get() instanceof JobStatus.Finished finished) {
            finish(leader, run, finished);
        } else if (run.cancelRequested() || isOverdue(run, status.get())) {
            ports.executor(Ports.QUICK.plus(deadlines.grace()), executor -> {
                executor.cancel(run.attempt().value(), deadlines.grace());
                return run;
            });
        } else if (status.get() instanceof JobStatus.Running running && run.state() != RunState.RUNNING) {
            confirm(leader, run, running);
        }
    }

    /** Contact was lost: nobody knows what the run does. */
    void lose(Leader leader, UnderWay run) {
        doubt(leader, run, RunState.UNKNOWN, Action.RUN_LOST);
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
    void giveUp(Leader leader, UnderWay run) {
        var detail = "The executor could not be asked for %d s after the run's time was over."
                .formatted(deadlines.proof().toSeconds());
        fail(leader, run, new Failure(FailureCause.CONTACT_LOST, detail));
    }

    /** Removes what an ended attempt left in the data plane. */
    void remove(TypeId attempt) {
        ports.executor(Ports.LONG, executor -> {
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

    private void absent(Leader leader, UnderWay run) {
        if (run.state() != RunState.DISPATCHING) {
            var detail = "The executor no longer knows the job, and it was not the hub that removed it.";
            fail(leader, run, new Failure(FailureCause.EXECUTOR_FAILED, detail));
        } else if (run.cancelRequested()) {
            end(leader, run, AttemptEnd.canceled(null, clock.instant()));
        } else if (clock.instant().isAfter(run.since().plus(deadlines.start()))) {
            var detail = "It could not be started for %d s; what kept it is in the hub's log."
                    .formatted(deadlines.start().toSeconds());
            fail(leader, run, new Failure(FailureCause.EXECUTOR_UNAVAILABLE, detail));
        } else {
            dispatch(leader, run);
        }
    }

    private void dispatch(Leader leader, UnderWay underWay) {
        try {
            var run = database.read(tx -> tx.runs().find(underWay.run())).orElseThrow();
            var job = jobs.build(run, RunSpec.of(Json.read(run.spec())), underWay.attempt());
            // Building takes time, and what is dispatched runs: a hub that was paused must not start what is over.
            database.write(tx -> current(tx, leader, underWay));
            var status = ports.executor(Ports.LONG, executor -> executor.dispatch(job));
            if (status instanceof JobStatus.Refused refused) {
                fail(leader, underWay, new Failure(cause(refused.refusal()), refused.detail()));
            } else if (status instanceof JobStatus.Running running) {
                confirm(leader, underWay, running);
            }
        } catch (JobBuilder.UnbuildableException e) {
            fail(leader, underWay, e.failure());
        } catch (ExternalSystemException e) {
            if (e.reason().isRetryable()) {
                throw e;
            }
            fail(leader, underWay, new Failure(FailureCause.EXECUTOR_FAILED, message(e)));
            remove(underWay.attempt());
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

    private void confirm(Leader leader, UnderWay run, JobStatus.Running running) {
        move(leader, run, (tx, now, current) -> {
            tx.attempts().start(run.attempt(), running.started(), running.node());
            var details = Json.object()
                    .put("attempt", run.attempt().value())
                    .put("node", running.node())
                    .build();
            advance(tx, current, current.progress().running(running.started()), Action.RUN_STARTED, details, now);
        });
    }

    private void doubt(Leader leader, UnderWay run, RunState state, Action action) {
        var details = Json.object().put("attempt", run.attempt().value()).build();
        move(
                leader,
                run,
                (tx, now, current) -> advance(tx, current, current.progress().uncertain(state), action, details, now));
    }

    private void finish(Leader leader, UnderWay run, JobStatus.Finished finished) {
        var started = finished.started();
        if (run.state() == RunState.DISPATCHING && finished.exit().cause() != Exit.Cause.NOT_STARTED) {
            var start = started == null ? finished.ended() : started;
            confirm(leader, run, new JobStatus.Running(finished.dispatchId(), finished.specDigest(), start, "unknown"));
            return;
        }
        var current = database.read(tx -> tx.runs().find(run.run())).orElseThrow();
        var result = collector.collect(current, run, finished);
        move(leader, run, (tx, now, latest) -> {
            collector.record(tx, latest, result, now);
            finishAttempt(tx, run, latest, result.end(), now);
        });
        remove(run.attempt());
    }

    private void fail(Leader leader, UnderWay run, Failure failure) {
        end(leader, run, AttemptEnd.failed(null, failure, clock.instant()));
    }

    private void end(Leader leader, UnderWay run, AttemptEnd end) {
        move(leader, run, (tx, now, current) -> finishAttempt(tx, run, current, end, now));
    }

    private void finishAttempt(Transaction tx, UnderWay run, Run current, AttemptEnd end, Instant now) {
        tx.attempts().end(run.attempt(), end);
        var failure = end.failure();
        var details = Json.object()
                .put("attempt", run.attempt().value())
                .putIfPresent("exitCode", end.exitCode() == null ? null : Long.valueOf(end.exitCode()))
                .putIfPresent("cause", failure == null ? null : failure.cause().name())
                .build();
        if (failure != null && isRetried(current, failure)) {
            var due = now.plus(deadlines.retryAfter(run.number()));
            advance(tx, current, current.progress().retrying(end.exitCode(), due), Action.RUN_RETRIED, details, now);
            return;
        }
        var action =
                switch (end.outcome()) {
                    case SUCCEEDED -> Action.RUN_SUCCEEDED;
                    case CANCELED -> Action.RUN_CANCELED;
                    default -> Action.RUN_FAILED;
                };
        advance(tx, current, current.progress().ended(end), action, details, now);
    }

    /** A run that may still be going on somewhere is never attempted a second time. */
    private static boolean isRetried(Run run, Failure failure) {
        var progress = run.progress();
        return progress.cancelRequested() == null
                && failure.cause() != FailureCause.CONTACT_LOST
                && RunSpec.of(Json.read(run.spec())).retry().allows(failure.errorClass(), progress.attempts());
    }

    private void advance(Transaction tx, Run run, RunProgress next, Action action, Json.Members details, Instant now) {
        progression.move(tx, List.of(new RunProgression.Move(run.id(), run.project(), next, action, details)), now);
    }

    @FunctionalInterface
    private interface Step {
        void take(Transaction tx, Instant now, Run current);
    }

    private void move(Leader leader, UnderWay run, Step step) {
        database.write(tx -> {
            var current = current(tx, leader, run);
            step.take(tx, clock.instant(), current);
            return current;
        });
    }

    /** The run, locked, unless another hub leads by now, or the run is in another state or attempt than it was. */
    private static Run current(Transaction tx, Leader leader, UnderWay run) {
        leader.fence(tx);
        var current = tx.runs().lock(run.run()).orElseThrow();
        var progress = current.progress();
        var isCanceled = progress.cancelRequested() != null && !run.cancelRequested();
        if (progress.state() != run.state() || progress.attempts() != run.number() || isCanceled) {
            throw new RunProgression.OvertakenException();
        }
        return current;
    }

    private static String message(ExternalSystemException e) {
        var message = e.getMessage();
        return message == null ? e.reason().toString() : message;
    }
}
