package io.animus.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Callers of a server who each ask again as soon as they were answered.
 *
 * @param count how many there are at the same time
 */
record Clients(int count, int port) {

    /** What a client sends. */
    @FunctionalInterface
    interface Script {
        /** The next request, whole; the array may be used again for the one after. */
        byte[] next();
    }

    /** Makes a script for each client. */
    @FunctionalInterface
    interface Scripts {
        Script of(int client);
    }

    /** Lets all of them ask for {@code millis}; returns how many answers they got. */
    long run(long millis, int expected, Scripts scripts) throws InterruptedException {
        var threads = Executors.newFixedThreadPool(count);
        try {
            var deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            var work = new ArrayList<Callable<Long>>();
            for (var i = 0; i < count; i++) {
                var script = scripts.of(i);
                work.add(() -> ask(script, expected, deadline));
            }
            var answers = 0L;
            for (var client : threads.invokeAll(work)) {
                answers += result(client);
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    private long ask(Script script, int expected, long deadline) throws IOException {
        try (var connection = new HttpConnection(port)) {
            var answers = 0L;
            while (System.nanoTime() < deadline) {
                connection.exchange(script.next(), expected);
                answers++;
            }
            return answers;
        }
    }

    private static long result(Future<Long> client) throws InterruptedException {
        try {
            return client.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a client failed", e);
        }
    }
}
