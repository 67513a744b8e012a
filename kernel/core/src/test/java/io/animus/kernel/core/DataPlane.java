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
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** An executor through which a test sees each call pass, before and after, and can let the hub die there. */
final class DataPlane implements JobExecutor {
    /** Moments at which a hub may die. */
    enum Moment {
        BEFORE_DISPATCH,
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
    private volatile boolean killed;

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
        var status = jobs.dispatch(job);
        reach(Moment.AFTER_DISPATCH);
        return status;
    }

    @Override
    public Optional<JobStatus> find(String dispatchId) {
        return jobs.find(dispatchId);
    }

    @Override
    public List<JobStatus> jobs() {
        return jobs.jobs();
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
        jobs.cancel(dispatchId, grace);
    }

    @Override
    public void remove(String dispatchId) {
        reach(Moment.BEFORE_REMOVE);
        jobs.remove(dispatchId);
        reach(Moment.AFTER_REMOVE);
    }
}
