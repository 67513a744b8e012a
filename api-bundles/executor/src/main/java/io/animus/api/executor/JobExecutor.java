package io.animus.api.executor;

import io.animus.api.types.ExternalSystemException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A data plane: runs the jobs that the kernel hands to it, each in isolation, and proves what became of them. User code
 * runs in another process and trust zone than the hub.
 *
 * <p><b>Repeats.</b> Everything is keyed by the job's dispatch id, and every call may be repeated: after a failure, a
 * restart of the hub, an update of the plugin, or by two hubs at once. However often a job is dispatched it runs once.
 * <b>Memory.</b> The executor keeps nothing that a restart would lose: it finds its jobs again in the data plane.
 * <b>Threads.</b> Calls come from many threads at once, may block, and are interrupted at the kernel's deadline.
 * <b>Evidence.</b> What can't be proven is not claimed: the kernel decides what a missing job means.
 */
@ConsumerType
public interface JobExecutor {

    /**
     * Names the data plane whose jobs this executor sees: executors, of whatever hub, give the same name exactly if they
     * find the same jobs. The kernel takes the absence of a job for proof only from an executor that names the data plane
     * the job was given to. The same across restarts; returns at once; 1 to 255 characters without control characters.
     */
    String dataPlane();

    /**
     * Starts the job unless it was started before, and returns when the data plane has confirmed it. Inputs are
     * fetched, and checked against their digests, before any user code starts. A job whose limits the data plane can't
     * enforce is not started. Called again, from time to time, for a job that is {@link JobStatus.Pending}: whoever accepted
     * it may have died before starting it.
     *
     * @return what became of the job; {@link JobStatus.Refused} if it can never run here
     * @throws ExternalSystemException {@code DENIED} if the data plane refuses the hub, {@code REJECTED} if it refuses
     *     what the executor asks of it for a reason that is no {@link Refusal}, {@code UNAVAILABLE} if it may work later;
     *     in all cases the job does not run, though a repeated call may find that it does
     */
    JobStatus dispatch(Job job);

    /**
     * What the data plane knows of a job.
     *
     * @return never {@link JobStatus.Refused}; empty if it knows no such job: it was never started, or was removed
     * @throws ExternalSystemException {@code UNAVAILABLE} or {@code DENIED} if the data plane can't be asked
     */
    Optional<JobStatus> find(String dispatchId);

    /**
     * All jobs that the data plane still holds for hubs, finished ones too and never a refused one, in any order.
     *
     * @throws ExternalSystemException as {@link #find}
     */
    List<JobStatus> jobs();

    /**
     * Hands over the job's output line by line as it appears, and returns when the job has ended and all lines were
     * handed over, or when the thread is interrupted. A job that isn't there has no lines.
     *
     * @param after number of the last line that the caller has; 0 for none
     * @throws ExternalSystemException as {@link #find}; the caller asks again from where it stopped
     */
    void follow(String dispatchId, long after, Consumer<LogLine> lines);

    /**
     * The regular files that a finished job left in its output folder, ordered by path. Links and special files are
     * never followed or read; they are named in {@link JobOutputs#refused()}.
     *
     * @throws ExternalSystemException {@code REJECTED} if the job is not finished, else as {@link #find}
     */
    JobOutputs outputs(String dispatchId);

    /**
     * The content of one output of a finished job, to be closed by the caller.
     *
     * @param path as in {@link JobOutput#path()}
     * @throws ExternalSystemException {@code REJECTED} if there is no such output, else as {@link #find}
     */
    InputStream open(String dispatchId, String path);

    /**
     * Asks the job to end (SIGTERM) and ends it by force (SIGKILL) after {@code grace}. Returns when it has ended. A job
     * that was accepted and not yet started never starts: it is not there afterwards, or has ended. A job that has ended, or
     * isn't there, stays as it is.
     *
     * @throws ExternalSystemException as {@link #find}
     */
    void cancel(String dispatchId, Duration grace);

    /**
     * Ends the job if it still runs and removes everything of it: container, inputs, outputs, log. A job that isn't there
     * stays so.
     *
     * @throws ExternalSystemException as {@link #find}
     */
    void remove(String dispatchId);
}
