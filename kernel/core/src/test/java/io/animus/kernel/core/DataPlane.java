package io.animus.kernel.core;

import io.animus.api.executor.Job;
import io.animus.api.executor.JobExecutor;
import io.animus.api.executor.JobOutputs;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.LogLine;
import io.animus.api.tck.InMemoryJobExecutor;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** An executor through which a test sees each call pass, before and after, and can let the hub die there. */
final class DataPlane implements JobExecutor {
    /** Moments at which a hub may die. */
    enum Moment {
        BEFORE_DISPATCH,
        /** The job is accepted, and waits for somebody who starts it. */
        BEFORE_START,
        AFTER_DISPATCH,
        BEFORE_OUTPUTS,
        BEFORE_SECOND_OUTPUT,
        BEFORE_REMOVE,
        AFTER_REMOVE
    }

    /** The hub is dead: nothing after this line of its code happens. */
    static final class HubDiedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final InMemoryJobExecutor jobs;
    private final AtomicReference<Moment> death = new AtomicReference<>();
    private final Map<String, JobStatus> accepted = new ConcurrentHashMap<>();
    private volatile boolean killed;
    private volatile boolean holding;

    DataPlane(InMemoryJobExecutor jobs) {
        this.jobs = jobs;
    }

    /** Lets every hub that comes to this moment die there, until {@link #spare}. */
    void killAt(Moment moment) {
        death.set(moment);
    }

    void spare() {
        death.set(null);
        killed = false;
    }

    /** Accepts jobs and starts none of them, until it no longer does. */
    void hold(boolean hold) {
        holding = hold;
    }

    /** Whether a hub has died since the last {@link #spare}. */
    boolean hasKilled() {
        return killed;
    }

    private void reach(Moment moment) {
        if (death.get() == moment) {
            killed = true;
            throw new HubDiedException();
        }
    }

    @Override
    public String dataPlane() {
        return jobs.dataPlane();
    }

    @Override
    public JobStatus dispatch(Job job) {
        reach(Moment.BEFORE_DISPATCH);
        var pending = new JobStatus.Pending(job.dispatchId(), job.specDigest(), "its start");
        accepted.put(job.dispatchId(), pending);
        reach(Moment.BEFORE_START);
        if (holding) {
            return pending;
        }
        accepted.remove(job.dispatchId());
        var status = jobs.dispatch(job);
        reach(Moment.AFTER_DISPATCH);
        return status;
    }

    @Override
    public Optional<JobStatus> find(String dispatchId) {
        return Optional.ofNullable(accepted.get(dispatchId)).or(() -> jobs.find(dispatchId));
    }

    @Override
    public List<JobStatus> jobs() {
        return Stream.concat(accepted.values().stream(), jobs.jobs().stream()).toList();
    }

    @Override
    public void follow(String dispatchId, long after, Consumer<LogLine> lines) {
        jobs.follow(dispatchId, after, lines);
    }

    @Override
    public JobOutputs outputs(String dispatchId) {
        reach(Moment.BEFORE_OUTPUTS);
        return jobs.outputs(dispatchId);
    }

    @Override
    public InputStream open(String dispatchId, String path) {
        if (path.startsWith("second")) {
            reach(Moment.BEFORE_SECOND_OUTPUT);
        }
        return jobs.open(dispatchId, path);
    }

    @Override
    public void cancel(String dispatchId, Duration grace) {
        accepted.remove(dispatchId);
        jobs.cancel(dispatchId, grace);
    }

    @Override
    public void remove(String dispatchId) {
        reach(Moment.BEFORE_REMOVE);
        accepted.remove(dispatchId);
        jobs.remove(dispatchId);
        reach(Moment.AFTER_REMOVE);
    }
}
