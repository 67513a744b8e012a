package io.animus.kernel.domain.run;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of an attempt.
 *
 * @param outcome one of the final states
 * @param exitCode of the program; null if it never ran or nobody knows
 * @param failure present exactly when the outcome is {@link RunState#FAILED}
 */
public record AttemptEnd(RunState outcome, @Nullable Integer exitCode, @Nullable Failure failure, Instant at) {
    public AttemptEnd {
        if (!outcome.isFinal() || (outcome == RunState.FAILED) != (failure != null)) {
            throw new IllegalArgumentException("an attempt ends in a final state, with a cause exactly when it failed");
        }
    }

    public static AttemptEnd succeeded(int exitCode, Instant at) {
        return new AttemptEnd(RunState.SUCCEEDED, exitCode, null, at);
    }

    public static AttemptEnd failed(@Nullable Integer exitCode, Failure failure, Instant at) {
        return new AttemptEnd(RunState.FAILED, exitCode, failure, at);
    }

    public static AttemptEnd canceled(@Nullable Integer exitCode, Instant at) {
        return new AttemptEnd(RunState.CANCELED, exitCode, null, at);
    }
}
