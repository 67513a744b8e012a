package io.animus.plugin.executor.container;

import io.animus.api.executor.Exit;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.LogLine;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
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
                last = readWhileItRuns(wish);
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                engine.await(ContainerJobs.name(wish.dispatchId()), LONGEST_JOB);
            }
            // Read once more: the engine may stop following a moment before the last line is written, or in its middle.
            if (status != null && hasLog(status)) {
                readWhole(wish, last);
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

    /** The number of the last line; others may have been written since. */
    private long readWhileItRuns(Follow wish) throws IOException {
        var name = ContainerJobs.name(wish.dispatchId());
        var frames = new LogFrames(wish.after(), maxBytes, wish.lines());
        var log = engine.log(name, true);
        var ended = new AtomicBoolean();
        // Podman goes on for ever with the log of a program that ended in the moment when it was asked for it.
        var watch = engine.whenEnded(name, () -> {
            ended.set(true);
            close(log);
        });
        try {
            frames.read(log);
        } catch (InterruptedIOException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            if (!ended.get()) {
                throw e;
            }
        } finally {
            watch.close();
            log.close();
        }
        return Math.max(wish.after(), frames.number());
    }

    private static void close(InputStream log) {
        try {
            log.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readWhole(Follow wish, long after) throws IOException {
        var frames = new LogFrames(after, maxBytes, wish.lines());
        try (var log = engine.log(ContainerJobs.name(wish.dispatchId()), false)) {
            frames.read(log);
        }
        frames.end();
        if (jobs.folder(wish.dispatchId()).log().isFull()) {
            frames.cut();
        }
    }
}
