package io.animus.api.executor;

import io.animus.api.types.Digest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the data plane proves about a job, or why it takes none of it. */
public sealed interface JobStatus {
    /** The job. */
    String dispatchId();

    /** The digest that the job was dispatched with. */
    Digest specDigest();

    /**
     * Accepted, and not yet started.
     *
     * @param waitingFor what it waits for, in words
     */
    record Pending(String dispatchId, Digest specDigest, String waitingFor) implements JobStatus {}

    /**
     * User code runs.
     *
     * @param node which machine it runs on
     */
    record Running(String dispatchId, Digest specDigest, Instant started, String node) implements JobStatus {}

    /**
     * User code ran and has ended.
     *
     * @param started null if the data plane no longer knows
     */
    record Finished(String dispatchId, Digest specDigest, @Nullable Instant started, Instant ended, Exit exit)
            implements JobStatus {}

    /**
     * Will never run here. Only {@link JobExecutor#dispatch} answers this: no user code has started, and nothing of the
     * job remains in the data plane. What holds its dispatch id already stays as it is.
     *
     * @param specDigest of the job that was refused
     * @param detail one line for people, without secrets
     */
    record Refused(String dispatchId, Digest specDigest, Refusal refusal, String detail) implements JobStatus {}
}
