package io.animus.benchmarks;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/**
 * Threads that each do their part of the work.
 *
 * @param count how many there are at the same time
 */
record Crowd(int count) {

    /** What one of them does; returns how many operations that were. */
    @FunctionalInterface
    interface Part {
        long run(int member) throws Exception;
    }

    /** Returns how many operations all of them did. */
    long run(Part part) throws InterruptedException {
        var threads = Executors.newFixedThreadPool(count);
        try {
            var parts = new ArrayList<Callable<Long>>();
            for (var i = 0; i < count; i++) {
                var member = i;
                parts.add(() -> part.run(member));
            }
            var done = 0L;
            for (var one : threads.invokeAll(parts)) {
                done += one.get();
            }
            return done;
        } catch (ExecutionException e) {
            throw new IllegalStateException("one of the crowd failed", e);
        } finally {
            threads.shutdownNow();
        }
    }
}
