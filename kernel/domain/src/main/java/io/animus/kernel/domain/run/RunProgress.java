package io.animus.kernel.domain.run;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a run goes.
 *
 * @param priority 0 to 100, high first
 * @param queuedAt since when it waits for its turn, or from when on it may have it
 * @param attempts how many there are so far
 * @param failure null unless it failed
 * @param exitCode of the latest attempt; null if none has ended
 * @param version counts changes, for entity tags and for whoever else changes it
 */
public record RunProgress(
        int priority,
        RunState state,
        Instant queuedAt,
        int attempts,
        @Nullable Failure failure,
        @Nullable Integer exitCode,
        @Nullable Instant cancelRequested,
        @Nullable Instant started,
        @Nullable Instant finished,
        long version) {

    /** A run that was just created. */
    public static RunProgress created(int priority, Instant now) {
        return new RunProgress(priority, RunState.QUEUED, now, 0, null, null, null, null, null, 1);
    }

    /** An attempt is made. */
    public RunProgress dispatching() {
        return to(RunState.DISPATCHING, queuedAt, attempts + 1, null, exitCode, started, null);
    }

    /** The executor has confirmed that the attempt runs. */
    public RunProgress running(Instant now) {
        return to(RunState.RUNNING, queuedAt, attempts, null, exitCode, started == null ? now : started, null);
    }

    /** Contact with the executor was lost, or found again. */
    public RunProgress uncertain(RunState next) {
        return to(next, queuedAt, attempts, null, exitCode, started, null);
    }

    /** Another attempt is made, not before {@code due}. */
    public RunProgress retrying(@Nullable Integer code, Instant due) {
        return to(RunState.QUEUED, due, attempts, null, code, started, null);
    }

    /** The run is over. */
    public RunProgress ended(AttemptEnd end) {
        return to(end.outcome(), queuedAt, attempts, end.failure(), end.exitCode(), started, end.at());
    }

    /** Somebody wants it to end. */
    public RunProgress cancelRequested(Instant now) {
        return new RunProgress(
                priority, state, queuedAt, attempts, failure, exitCode, now, started, finished, version + 1);
    }

    private RunProgress to(
            RunState next,
            Instant queued,
            int attempt,
            @Nullable Failure why,
            @Nullable Integer code,
            @Nullable Instant start,
            @Nullable Instant end) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("a run that is " + state + " can't become " + next);
        }
        return new RunProgress(priority, next, queued, attempt, why, code, cancelRequested, start, end, version + 1);
    }
}
