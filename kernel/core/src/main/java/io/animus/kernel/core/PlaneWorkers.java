package io.animus.kernel.core;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for the steps of runs, as many for each data plane: while one of them hangs, the runs of the others go on. What has
 * nothing to do has no thread. Safe for many threads.
 */
final class PlaneWorkers {
    private static final int WORKERS = 16;
    private static final int WAITING = 200;
    private static final Duration IDLE = Duration.ofMinutes(1);

    private final Map<String, ThreadPoolExecutor> pools = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** @throws RejectedExecutionException if too much waits for this data plane, or all of it is closed */
    void execute(String dataPlane, Runnable work) {
        if (closed) {
            throw new RejectedExecutionException("closed");
        }
        pools.computeIfAbsent(dataPlane, name -> pool()).execute(work);
    }

    /** Interrupts all work, and waits for its end for a while. */
    void close() throws InterruptedException {
        closed = true;
        pools.values().forEach(ThreadPoolExecutor::shutdownNow);
        for (var pool : pools.values()) {
            pool.awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    private static ThreadPoolExecutor pool() {
        var pool = new ThreadPoolExecutor(
                WORKERS, WORKERS, IDLE.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), work -> {
                    var thread = new Thread(work, "animus-reconciler");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
