package io.animus.api.tck;

import io.animus.api.executor.Exit;
import io.animus.api.executor.Job;
import io.animus.api.executor.JobOutput;
import io.animus.api.executor.JobOutputs;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.LogLine;
import io.animus.api.types.Digest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One job of {@link InMemoryJobExecutor}: its thread, its log and what it leaves. */
final class InMemoryJob implements InMemoryProgram.Sandbox {
    private static final int KILLED = 137;

    private final Job job;
    private final Map<String, byte[]> inputs;
    private final InstantSource clock;
    private final Thread thread;
    private final CountDownLatch termination = new CountDownLatch(1);
    private final List<LogLine> lines = new ArrayList<>();
    private final Map<String, byte[]> files = new TreeMap<>();
    private final List<String> links = new ArrayList<>();
    private JobStatus status;
    private long memory;
    private int processes = 1;
    private boolean lacksProcesses;
    private boolean lacksStorage;
    private boolean canceled;
    private boolean killed;

    InMemoryJob(Job job, Map<String, byte[]> inputs, InMemoryProgram program, InstantSource clock) {
        this.job = job;
        this.inputs = inputs;
        this.clock = clock;
        this.status = new JobStatus.Running(job.dispatchId(), job.specDigest(), clock.instant(), "in-memory");
        this.thread = new Thread(() -> live(program), "job-" + job.dispatchId());
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void live(InMemoryProgram program) {
        try {
            var code = program.run(this);
            finish(Exit.Cause.EXITED, code, "exited with " + code);
        } catch (InterruptedException e) {
            finish(Exit.Cause.KILLED, KILLED, "killed");
        } catch (RuntimeException e) {
            finish(Exit.Cause.EXITED, 1, "the program threw " + e);
        }
    }

    private synchronized void finish(Exit.Cause cause, int code, String detail) {
        if (status instanceof JobStatus.Running running) {
            var exit = canceled
                    ? new Exit(Exit.Cause.CANCELED, killed ? KILLED : code, "canceled")
                    : exit(cause, code, detail);
            status = new JobStatus.Finished(
                    job.dispatchId(), job.specDigest(), running.started(), clock.instant(), exit);
            notifyAll();
        }
    }

    private Exit exit(Exit.Cause cause, int code, String detail) {
        var limits = job.limits();
        if (memory > limits.memoryBytes()) {
            return new Exit(Exit.Cause.OUT_OF_MEMORY, KILLED, "used more memory than " + limits.memoryBytes());
        }
        if (cause == Exit.Cause.EXITED && code != 0 && lacksStorage) {
            return new Exit(Exit.Cause.STORAGE_LIMIT, code, "wanted more storage than " + limits.storageBytes());
        }
        if (cause == Exit.Cause.EXITED && code != 0 && lacksProcesses) {
            return new Exit(Exit.Cause.PROCESS_LIMIT, code, "wanted more processes than " + limits.processes());
        }
        return new Exit(cause, code, detail);
    }

    synchronized JobStatus status() {
        return status;
    }

    boolean isFinished() {
        return status() instanceof JobStatus.Finished;
    }

    void cancel(Duration grace) throws InterruptedException {
        synchronized (this) {
            if (isFinished()) {
                return;
            }
            canceled = true;
        }
        termination.countDown();
        if (!awaitFinish(grace)) {
            kill();
        }
    }

    /** Ends the job now, whatever its program does. */
    void kill() {
        synchronized (this) {
            killed = true;
            finish(Exit.Cause.KILLED, KILLED, "killed");
        }
        thread.interrupt();
    }

    private synchronized boolean awaitFinish(Duration atMost) throws InterruptedException {
        var end = System.nanoTime() + atMost.toNanos();
        while (!isFinished()) {
            var left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    /** The next line after {@code after}, as soon as it is there; null when the job has ended without. */
    synchronized @Nullable LogLine awaitLine(long after) throws InterruptedException {
        while (lines.size() <= after && !isFinished()) {
            wait();
        }
        return lines.size() <= after ? null : lines.get((int) after);
    }

    synchronized JobOutputs outputs() {
        var found = files.entrySet().stream()
                .map(f -> new JobOutput(f.getKey(), Digest.of(f.getValue()), f.getValue().length))
                .toList();
        return new JobOutputs(found, links);
    }

    synchronized byte @Nullable [] output(String path) {
        return files.get(path);
    }

    @Override
    public Job job() {
        return job;
    }

    @Override
    public byte[] input(String path) {
        var content = inputs.get(path);
        if (content == null) {
            throw new IllegalArgumentException("the job has no input " + path);
        }
        return content.clone();
    }

    @Override
    public synchronized void print(LogLine.Stream stream, String text) {
        if (isFinished()) {
            return;
        }
        for (var line : text.split("\n", -1)) {
            for (var from = 0; from == 0 || from < line.length(); from += LogLine.MAX_LENGTH) {
                var piece = line.substring(from, Math.min(line.length(), from + LogLine.MAX_LENGTH));
                lines.add(new LogLine(lines.size() + 1, clock.instant(), stream, piece));
            }
        }
        notifyAll();
    }

    @Override
    public synchronized boolean write(String path, byte[] content) {
        var used = files.values().stream().mapToLong(f -> f.length).sum();
        if (isFinished()) {
            return false;
        }
        if (used + content.length > job.limits().storageBytes()) {
            lacksStorage = true;
            return false;
        }
        files.put(path, content.clone());
        return true;
    }

    @Override
    public synchronized void link(String path, String target) {
        links.add(path + ": a link to " + target);
    }

    @Override
    public void allocate(long bytes) throws InterruptedException {
        synchronized (this) {
            memory += bytes;
            if (memory <= job.limits().memoryBytes()) {
                return;
            }
        }
        throw new InterruptedException("out of memory");
    }

    @Override
    public synchronized boolean fork() {
        if (processes == job.limits().processes()) {
            lacksProcesses = true;
            return false;
        }
        processes++;
        return true;
    }

    @Override
    public void awaitTermination() throws InterruptedException {
        termination.await();
    }
}
