package io.animus.plugin.executor.container;

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
    private final long maxBytes;

    JobLogs(ContainerEngine engine, long maxBytes) {
        this.engine = engine;
        this.maxBytes = maxBytes;
    }

    /** What a follower wants. */
    record Follow(String dispatchId, long after, Consumer<LogLine> lines) {}

    /** Hands over all lines until the job has ended, or the thread is interrupted. */
    void follow(Follow wish) {
        var name = ContainerJobs.name(wish.dispatchId());
        try {
            var container = engine.find(name);
            if (container.isEmpty()) {
                return;
            }
            if (ContainerStatus.isCreated(container.get())) {
                throw new ExternalSystemException(
                        Reason.UNAVAILABLE, "the job " + wish.dispatchId() + " has not started");
            }
            var last = read(name, wish.after(), wish.lines(), true);
            if (!Thread.currentThread().isInterrupted()) {
                engine.await(name, LONGEST_JOB);
                // The engine may stop following a moment before the last line is written.
                read(name, last, wish.lines(), false);
            }
        } catch (IOException e) {
            if (!Thread.currentThread().isInterrupted()) {
                throw new ExternalSystemException(
                        Reason.UNAVAILABLE, "the log of " + wish.dispatchId() + " broke off", e);
            }
        } catch (ExternalSystemException e) {
            if (!Thread.currentThread().isInterrupted()) {
                throw e;
            }
        }
    }

    private long read(String name, long after, Consumer<LogLine> lines, boolean follows) throws IOException {
        var frames = new LogFrames(after, maxBytes, lines);
        try (var log = engine.log(name, follows)) {
            frames.read(log);
        }
        return Math.max(after, frames.number());
    }
}
