package io.animus.plugin.executor.container;

import io.animus.api.executor.Exit;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.LogLine;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/** The output of jobs, which the engine keeps from its beginning until the container is removed. */
final class JobLogs {
    private static final Duration LONGEST_JOB = Duration.ofDays(365);

    private final ContainerEngine engine;
    private final ContainerJobs jobs;
    private final long maxBytes;

    JobLogs(ContainerEngine engine, ContainerJobs jobs, long maxBytes) {
        this.engine = engine;
        this.jobs = jobs;
        this.maxBytes = maxBytes;
    }

    /** What a follower wants. */
    record Follow(String dispatchId, long after, Consumer<LogLine> lines) {}

    /** Hands over all lines until the job has ended, or the thread is interrupted. */
    void follow(Follow wish) {
        try {
            var status = jobs.find(wish.dispatchId()).orElse(null);
            if (status instanceof JobStatus.Pending) {
                throw new ExternalSystemException(
                        Reason.UNAVAILABLE, "the job " + wish.dispatchId() + " has not started");
            }
            var last = wish.after();
            if (status instanceof JobStatus.Running) {
                last = read(wish, last, true);
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                engine.await(ContainerJobs.name(wish.dispatchId()), LONGEST_JOB);
            }
            // Read once more: the engine may stop following a moment before the last line is written, or in its middle.
            if (status != null && hasLog(status)) {
                read(wish, last, false);
            }
        } catch (IOException | ExternalSystemException e) {
            if (!Thread.currentThread().isInterrupted()) {
                throw failed(wish, e);
            }
        }
    }

    private static boolean hasLog(JobStatus status) {
        return !(status instanceof JobStatus.Finished finished)
                || finished.exit().cause() != Exit.Cause.NOT_STARTED;
    }

    private static ExternalSystemException failed(Follow wish, Exception e) {
        return e instanceof ExternalSystemException known
                ? known
                : new ExternalSystemException(Reason.UNAVAILABLE, "the log of " + wish.dispatchId() + " broke off", e);
    }

    private long read(Follow wish, long after, boolean follows) throws IOException {
        var frames = new LogFrames(after, maxBytes, wish.lines());
        try (var log = engine.log(ContainerJobs.name(wish.dispatchId()), follows)) {
            frames.read(log);
        }
        if (!follows) {
            frames.end();
            if (jobs.folder(wish.dispatchId()).log().isFull()) {
                frames.cut();
            }
        }
        return Math.max(after, frames.number());
    }
}
