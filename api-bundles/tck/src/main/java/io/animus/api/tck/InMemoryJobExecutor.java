package io.animus.api.tck;

import io.animus.api.executor.Job;
import io.animus.api.executor.JobExecutor;
import io.animus.api.executor.JobInput;
import io.animus.api.executor.JobOutputs;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.LogLine;
import io.animus.api.executor.Refusal;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A data plane without containers, for tests of what stands above it: jobs are programs written by hand, each on a
 * thread of its own, and nothing else is real. It keeps the whole contract of {@link JobExecutor}, so what is proven
 * with it about dispatch, repeats, cancellation and logs holds for a real one.
 *
 * <p>Images are known by digest: {@link #install} says what runs for one. Time is the given clock's and stands still
 * with it. The jobs outlive any executor made {@linkplain #restarted() again} for them. Safe for use by many threads.
 */
public final class InMemoryJobExecutor implements JobExecutor {
    private final Plane plane;

    /** What stays when the hub restarts; also the lock for all of it. */
    private static final class Plane {
        final InstantSource clock;
        final Function<URI, byte @Nullable []> content;
        final Map<Digest, InMemoryProgram> programs = new ConcurrentHashMap<>();
        final Map<String, InMemoryJob> jobs = new HashMap<>();
        final Map<String, Integer> starts = new HashMap<>();
        final String name = "memory-" + UUID.randomUUID();
        volatile boolean reachable = true;

        Plane(InstantSource clock, Function<URI, byte @Nullable []> content) {
            this.clock = clock;
            this.content = content;
        }
    }

    /**
     * An executor with no images and no jobs.
     *
     * @param content reads what an input's source leads to, null if that has nothing; what it throws comes out of {@link #dispatch}
     */
    public InMemoryJobExecutor(InstantSource clock, Function<URI, byte @Nullable []> content) {
        this(new Plane(clock, content));
    }

    private InMemoryJobExecutor(Plane plane) {
        this.plane = plane;
    }

    /** Another executor for the same jobs, as after a restart of the hub. */
    public InMemoryJobExecutor restarted() {
        return new InMemoryJobExecutor(plane);
    }

    /** Makes {@code program} what the image with this digest runs. */
    public void install(Digest image, InMemoryProgram program) {
        plane.programs.put(image, program);
    }

    /** Takes the data plane away, or gives it back: without it every call fails as {@code UNAVAILABLE}; jobs run on. */
    public void setReachable(boolean reachable) {
        plane.reachable = reachable;
    }

    /** How often the program of this job was started, removed ones included: 0 or, if all is well, 1. */
    public int starts(String dispatchId) {
        synchronized (plane) {
            return plane.starts.getOrDefault(dispatchId, 0);
        }
    }

    @Override
    public String dataPlane() {
        return plane.name;
    }

    @Override
    public JobStatus dispatch(Job job) {
        synchronized (plane) {
            var known = job(job.dispatchId());
            if (known.isPresent()) {
                return known.get().job().specDigest().equals(job.specDigest())
                        ? known.get().status()
                        : refused(job, Refusal.DISPATCH_ID_TAKEN, "another job has the id " + job.dispatchId());
            }
            var program = plane.programs.get(job.workload().image().pinned().orElseThrow());
            if (program == null) {
                return refused(
                        job,
                        Refusal.IMAGE_UNAVAILABLE,
                        "there is no image " + job.workload().image());
            }
            if (!job.networkClass().equals(Job.NO_NETWORK)) {
                return refused(job, Refusal.NETWORK_CLASS_UNKNOWN, "there is no network class " + job.networkClass());
            }
            if (job.limits().gpus() > 0) {
                return refused(job, Refusal.LIMIT_NOT_ENFORCEABLE, "there are no GPUs");
            }
            return start(job, program);
        }
    }

    private JobStatus start(Job job, InMemoryProgram program) {
        var inputs = new HashMap<String, byte[]>();
        for (var input : job.inputs()) {
            var content = plane.content.apply(input.source());
            if (content == null) {
                return refused(job, Refusal.INPUT_UNAVAILABLE, "the input " + input.path() + " is not there");
            }
            if (!isOf(input, content)) {
                var detail = "the input " + input.path() + " has another size or digest";
                return refused(job, Refusal.INPUT_DIGEST_MISMATCH, detail);
            }
            inputs.put(input.path(), content);
        }
        var started = new InMemoryJob(job, inputs, program, plane.clock);
        plane.jobs.put(job.dispatchId(), started);
        plane.starts.merge(job.dispatchId(), 1, Integer::sum);
        var status = started.status();
        started.start();
        return status;
    }

    private static boolean isOf(JobInput input, byte[] content) {
        return content.length == input.size() && Digest.of(content).equals(input.digest());
    }

    private static JobStatus refused(Job job, Refusal refusal, String detail) {
        return new JobStatus.Refused(job.dispatchId(), job.specDigest(), refusal, detail);
    }

    @Override
    public Optional<JobStatus> find(String dispatchId) {
        return job(dispatchId).map(InMemoryJob::status);
    }

    @Override
    public List<JobStatus> jobs() {
        checkReachable();
        synchronized (plane) {
            return plane.jobs.values().stream().map(InMemoryJob::status).toList();
        }
    }

    @Override
    public void follow(String dispatchId, long after, Consumer<LogLine> lines) {
        var job = job(dispatchId);
        if (job.isEmpty()) {
            return;
        }
        try {
            for (var line = job.get().awaitLine(after);
                    line != null;
                    line = job.get().awaitLine(line.number())) {
                checkReachable();
                lines.accept(line);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public JobOutputs outputs(String dispatchId) {
        return finished(dispatchId).outputs();
    }

    @Override
    public InputStream open(String dispatchId, String path) {
        var content = finished(dispatchId).output(path);
        if (content == null) {
            throw rejected("the job " + dispatchId + " left no file " + path);
        }
        return new ByteArrayInputStream(content);
    }

    @Override
    public void cancel(String dispatchId, Duration grace) {
        var job = job(dispatchId);
        if (job.isEmpty()) {
            return;
        }
        try {
            job.get().cancel(grace);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExternalSystemException(Reason.UNAVAILABLE, "interrupted while the job ended", e);
        }
    }

    @Override
    public void remove(String dispatchId) {
        job(dispatchId).ifPresent(InMemoryJob::kill);
        synchronized (plane) {
            plane.jobs.remove(dispatchId);
        }
    }

    private InMemoryJob finished(String dispatchId) {
        return job(dispatchId)
                .filter(InMemoryJob::isFinished)
                .orElseThrow(() -> rejected("the job " + dispatchId + " is not finished"));
    }

    private Optional<InMemoryJob> job(String dispatchId) {
        checkReachable();
        synchronized (plane) {
            return Optional.ofNullable(plane.jobs.get(dispatchId));
        }
    }

    private void checkReachable() {
        if (!plane.reachable) {
            throw new ExternalSystemException(Reason.UNAVAILABLE, "the data plane does not answer");
        }
    }

    private static ExternalSystemException rejected(String message) {
        return new ExternalSystemException(Reason.REJECTED, message);
    }
}
