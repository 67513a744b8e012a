package io.animus.kernel.domain.run;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a run goes.
 *
 * @param priority 0 to 100, high first
 * @param waiting why it waits; null unless queued
 * @param attempts how many there are so far
 * @param failure null unless it failed
 * @param exitCode of the latest attempt; null if none has ended
 * @param version counts changes, for entity tags and for whoever else changes it
 */
public record RunProgress(
        int priority,
        RunState state,
        @Nullable WaitingReason waiting,
        int attempts,
        @Nullable Failure failure,
        @Nullable Integer exitCode,
        @Nullable Instant cancelRequested,
        @Nullable Instant started,
        @Nullable Instant finished,
        long version) {

    /** A run that was just created. */
    public static RunProgress queued(int priority) {
        return new RunProgress(priority, RunState.QUEUED, WaitingReason.IN_QUEUE, 0, null, null, null, null, null, 1);
    }
}
