package io.animus.kernel.core;

import io.animus.api.executor.Job;
import io.animus.api.executor.JobExecutor;
import io.animus.api.executor.JobOutputs;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.LogLine;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** An instance {@code memory.NAME} of an executor plugin, in front of a data plane; it can be made to hang. */
final class NamedExecutor implements JobExecutor, Plugin {
    private final String name;
    private final JobExecutor jobs;
    private volatile CountDownLatch looks = new CountDownLatch(0);
    private volatile CountDownLatch dispatches = new CountDownLatch(0);

    NamedExecutor(String name, JobExecutor jobs) {
        this.name = name;
        this.jobs = jobs;
    }

    /** From now on whoever asks for the jobs waits for this. */
    void holdLooks(CountDownLatch until) {
        looks = until;
    }

    /** From now on whoever dispatches a job waits for this. */
    void holdDispatches(CountDownLatch until) {
        dispatches = until;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public PluginDescriptor descriptor() {
        return new PluginDescriptor("executor", "memory", name);
    }

    @Override
    public PluginHealth health() {
        return PluginHealth.OK;
    }

    @Override
    public String dataPlane() {
        return jobs.dataPlane();
    }

    @Override
    public JobStatus dispatch(Job job) {
        await(dispatches);
        return jobs.dispatch(job);
    }

    @Override
    public Optional<JobStatus> find(String dispatchId) {
        return jobs.find(dispatchId);
    }

    @Override
    public List<JobStatus> jobs() {
        await(looks);
        return jobs.jobs();
    }

    @Override
    public void follow(String dispatchId, long after, Consumer<LogLine> lines) {
        jobs.follow(dispatchId, after, lines);
    }

    @Override
    public JobOutputs outputs(String dispatchId) {
        return jobs.outputs(dispatchId);
    }

    @Override
    public InputStream open(String dispatchId, String path) {
        return jobs.open(dispatchId, path);
    }

    @Override
    public void cancel(String dispatchId, Duration grace) {
        jobs.cancel(dispatchId, grace);
    }

    @Override
    public void remove(String dispatchId) {
        jobs.remove(dispatchId);
    }
}
