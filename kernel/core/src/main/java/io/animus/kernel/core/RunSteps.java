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
import io.animus.kernel.domain.run.RunSpec;
import io.animus.kernel.domain.run.RunState;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import io.animus.kernel.store.postgres.QueueRepository.UnderWay;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The steps that a run under way can take. Each one may be repeated, and is taken again after a crash in its middle. */
@Component(service = RunSteps.class)
public final class RunSteps {
    /** How long an attempt may take to start. */
    static final Duration START_WITHIN = Duration.ofMinutes(15);

    /** How long a run may stay in doubt before it fails. */
    static final Duration PROVE_WITHIN = Duration.ofMinutes(10);

    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration FIRST_RETRY_AFTER = Duration.ofSeconds(5);

    private final Database database;
    private final Ports ports;
    private final JobBuilder jobs;
    private final ResultCollector collector;
    private final RunProgression progression;
    private final Clock clock = Clock.systemUTC();

    @Activate
    public RunSteps(
            @Reference(name = "database") Database database,
            @Reference(name = "ports") Ports ports,
            @Reference(name = "jobs") JobBuilder jobs,
            @Reference(name = "collector") ResultCollector collector,
            @Reference(name = "progression") RunProgression progression) {
        this.database = database;
        this.ports = ports;
        this.jobs = jobs;
        this.collector = collector;
        this.progression = progression;
    }

    /** Takes the step that {@code status} calls for. */
    void next(Leader leader, UnderWay run, Optional<JobStatus> status) {
        if (status.isEmpty()) {
            absent(leader, run);
        } else if (status.get() instanceof JobStatus.Finished finished) {
            finish(leader, run, finished);
        } else if (run.cancelRequested() || isOverdue(run, clock.instant())) {
            ports.executor(Ports.QUICK.plus(GRACE), executor -> {
                executor.cancel(run.attempt().value(), GRACE);
                return run;
            });
        } else if (status.get() instanceof JobStatus.Running running && run.state() != RunState.RUNNING) {
            confirm(leader, run, running);
        }
    }

    /** Contact was lost: nobody knows what the run does. */
    void lose(Leader leader, UnderWay run) {
        move(
                leader,
                run,
                (tx, now, current) -> progression.move(
                        tx,
                        current,
                        current.progress().uncertain(RunState.UNKNOWN),
                        Action.RUN_LOST,
                        attempt(run),
                        now));
    }

    /** Whether the run had all the time it may have. */
    boolean isOverdue(UnderWay run, Instant now) {
        var started = run.started();
        return started == null
                ? now.isAfter(run.since().plus(START_WITHIN))
                : now.isAfter(started.plusSeconds(run.timeoutSeconds()));
    }

    /** What can't be proven in time has failed. */
    void giveUp(Leader leader, UnderWay run) {
        var started = run.started() == null ? run.since() : run.started();
        var limit =
                (run.started() == null ? START_WITHIN : Duration.ofSeconds(run.timeoutSeconds())).plus(PROVE_WITHIN);
        if (clock.instant().isAfter(started.plus(limit))) {
            var failure = new Failure(
                    FailureCause.CONTACT_LOST,
                    "The executor could not be asked for " + PROVE_WITHIN.toMinutes()
                            + " minutes after the run's time was over.");
            end(leader, run, AttemptEnd.failed(null, failure, clock.instant()));
        }
    }

    /** Removes what an ended attempt left in the data plane. */
    void remove(TypeId attempt) {
        ports.executor(Ports.LONG, executor -> {
            executor.remove(attempt.value());
            return attempt;
        });
    }

    private void absent(Leader leader, UnderWay run) {
        if (run.state() == RunState.DISPATCHING) {
            if (run.cancelRequested()) {
                end(leader, run, AttemptEnd.canceled(null, clock.instant()));
                remove(run.attempt());
            } else {
                dispatch(leader, run);
            }
        } else {
            var failure = new Failure(
                    FailureCause.EXECUTOR_FAILED,
                    "The executor no longer knows the job, and it was not the hub that removed it.");
            end(leader, run, AttemptEnd.failed(null, failure, clock.instant()));
        }
    }

    private void dispatch(Leader leader, UnderWay underWay) {
        var run = database.read(tx -> tx.runs().find(underWay.run())).orElseThrow();
        var spec = RunSpec.of(Json.read(run.spec()));
        try {
            var job = jobs.build(run, spec, underWay.attempt());
            var status = ports.executor(Ports.LONG, executor -> executor.dispatch(job));
            if (status instanceof JobStatus.Refused refused) {
                var failure = new Failure(cause(refused.refusal()), refused.detail());
                end(leader, underWay, AttemptEnd.failed(null, failure, clock.instant()));
            }
        } catch (JobBuilder.UnbuildableException e) {
            end(leader, underWay, AttemptEnd.failed(null, e.failure(), clock.instant()));
        } catch (ExternalSystemException e) {
            if (e.reason().isRetryable() && !isOverdue(underWay, clock.instant())) {
                throw e;
            }
            var cause = e.reason().isRetryable() ? FailureCause.EXECUTOR_UNAVAILABLE : FailureCause.EXECUTOR_FAILED;
            end(leader, underWay, AttemptEnd.failed(null, new Failure(cause, message(e)), clock.instant()));
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
        if (run.state() == RunState.UNKNOWN) {
            move(
                    leader,
                    run,
                    (tx, now, current) -> progression.move(
                            tx,
                            current,
                            current.progress().uncertain(RunState.RECONCILING),
                            Action.RUN_RECONCILED,
                            attempt(run),
                            now));
            return;
        }
        move(leader, run, (tx, now, current) -> {
            tx.attempts().start(run.attempt(), running.started(), running.node());
            var details = Json.object()
                    .put("attempt", run.attempt().value())
                    .put("node", running.node())
                    .build();
            progression.move(
                    tx, current, current.progress().running(running.started()), Action.RUN_STARTED, details, now);
        });
    }

    private void finish(Leader leader, UnderWay run, JobStatus.Finished finished) {
        if (run.state() == RunState.UNKNOWN) {
            move(
                    leader,
                    run,
                    (tx, now, current) -> progression.move(
                            tx,
                            current,
                            current.progress().uncertain(RunState.RECONCILING),
                            Action.RUN_RECONCILED,
                            attempt(run),
                            now));
            return;
        }
        var started = finished.started();
        if (run.state() == RunState.DISPATCHING && finished.exit().cause() != Exit.Cause.NOT_STARTED) {
            confirm(
                    leader,
                    run,
                    new JobStatus.Running(
                            finished.dispatchId(),
                            finished.specDigest(),
                            started == null ? finished.ended() : started,
                            "unknown"));
            return;
        }
        var current = database.read(tx -> tx.runs().find(run.run())).orElseThrow();
        var result = collector.collect(current, run, finished);
        move(leader, run, (tx, now, latest) -> {
            collector.record(tx, latest, result);
            finishAttempt(tx, run, latest, result.end(), now);
        });
        remove(run.attempt());
    }

    private void end(Leader leader, UnderWay run, AttemptEnd end) {
        move(leader, run, (tx, now, current) -> finishAttempt(tx, run, current, end, now));
    }

    private void finishAttempt(Transaction tx, UnderWay run, Run current, AttemptEnd end, Instant now) {
        tx.attempts().end(run.attempt(), end);
        var failure = end.failure();
        var number = current.progress().attempts();
        var details = Json.object()
                .put("attempt", run.attempt().value())
                .putIfPresent("exitCode", end.exitCode() == null ? null : Long.valueOf(end.exitCode()))
                .putIfPresent("cause", failure == null ? null : failure.cause().name())
                .build();
        var retry = RunSpec.of(Json.read(current.spec())).retry();
        // A run in doubt may still be going on somewhere: it is never attempted a second time.
        var mayRetry = !run.cancelRequested() && current.progress().state() != RunState.UNKNOWN;
        if (failure != null && mayRetry && retry.allows(failure.errorClass(), number)) {
            var due = now.plus(FIRST_RETRY_AFTER.multipliedBy(1L << Math.min(number - 1, 6)));
            progression.move(
                    tx, current, current.progress().retrying(end.exitCode(), due), Action.RUN_RETRIED, details, now);
            return;
        }
        var action =
                switch (end.outcome()) {
                    case SUCCEEDED -> Action.RUN_SUCCEEDED;
                    case CANCELED -> Action.RUN_CANCELED;
                    default -> Action.RUN_FAILED;
                };
        progression.move(tx, current, current.progress().ended(end), action, details, now);
    }

    @FunctionalInterface
    private interface Move {
        void make(Transaction tx, Instant now, Run current);
    }

    /** Moves the run unless it has another attempt by now, or none that is under way. */
    private void move(Leader leader, UnderWay run, Move move) {
        database.write(tx -> {
            leader.fence(tx);
            var current = tx.runs().find(run.run()).orElseThrow();
            if (current.progress().state() != run.state()) {
                throw new RunProgression.OvertakenException();
            }
            move.make(tx, clock.instant(), current);
            return current;
        });
    }

    private static Json.Members attempt(UnderWay run) {
        return Json.object().put("attempt", run.attempt().value()).build();
    }

    private static String message(ExternalSystemException e) {
        var message = e.getMessage();
        return message == null ? e.reason().toString() : message;
    }
}
