package io.animus.kernel.domain.run;

/** Why a queued run waits. */
public enum WaitingReason {
    /** Others come first. */
    IN_QUEUE,
    /** The project's quota is in use. */
    QUOTA_EXCEEDED,
    /** The executor that the run would go to is not present, or not able. */
    EXECUTOR_UNAVAILABLE,
    /** An attempt failed and the next one is not due yet. */
    RETRY_BACKOFF
}
