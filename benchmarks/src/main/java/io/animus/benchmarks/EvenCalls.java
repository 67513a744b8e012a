package io.animus.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Calls that come at a steady rate, whatever happened to the ones before, until this is closed. */
final class EvenCalls implements AutoCloseable {
    private static final int CLIENTS = 8;

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong failed = new AtomicLong();
    private final List<Long> took = new ArrayList<>();
    private final CompletableFuture<Void> crowd;

    EvenCalls(int perSecond, Runnable call) {
        var each = TimeUnit.SECONDS.toNanos(1) * CLIENTS / perSecond;
        crowd = CompletableFuture.runAsync(
                () -> {
                    try {
                        new Crowd(CLIENTS).run(client -> run(each, client, call));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                work -> new Thread(work, "bench-calls").start());
    }

    private long run(long each, int client, Runnable call) {
        var due = System.nanoTime() + each * client / CLIENTS;
        for (; !over.get(); due += each) {
            LockSupport.parkNanos(due - System.nanoTime());
            try {
                call.run();
            } catch (RuntimeException e) {
                failed.incrementAndGet();
            }
            var nanos = System.nanoTime() - due;
            synchronized (took) {
                took.add(nanos);
            }
        }
        return 0;
    }

    /** How many had another end than an answer. */
    long failed() {
        return failed.get();
    }

    /** How long the slowest hundredth took at least, in ms, from when it was due. */
    double p99() {
        synchronized (took) {
            return Swaps.p99(took);
        }
    }

    @Override
    public void close() {
        over.set(true);
        crowd.join();
    }
}
