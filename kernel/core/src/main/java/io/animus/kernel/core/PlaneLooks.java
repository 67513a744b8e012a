package io.animus.kernel.core;

import io.animus.kernel.core.DataPlanes.Engine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Looks into executors, one look into each at a time. Where there is one, it is waited for. Of several, one that takes long is not:
 * its look goes on, and the others get their next ones meanwhile.
 */
final class PlaneLooks {
    private static final Duration PATIENCE = Duration.ofMillis(250);

    private final ExecutorService threads =
            new ThreadPoolExecutor(0, Integer.MAX_VALUE, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
                var thread = new Thread(work, "animus-reconciler-look");
                thread.setDaemon(true);
                return thread;
            });
    /** By number of the engine: who is gone is not kept. */
    private final Map<Long, Future<?>> underWay = new ConcurrentHashMap<>();

    /** Has a look into each one that isn't looked into already; what a look throws is thrown here, now or at a later call. */
    void all(List<Engine> present, Consumer<Engine> look) {
        if (present.size() == 1 && areOver()) {
            look.accept(present.get(0));
            return;
        }
        underWay.keySet().retainAll(present.stream().map(Engine::number).collect(Collectors.toSet()));
        var end = System.nanoTime() + PATIENCE.toNanos();
        for (var number : List.copyOf(underWay.keySet())) {
            // Its look began at an earlier call, and has been waited for long enough.
            finish(number, 0);
        }
        var begun = present.stream()
                .filter(engine -> !underWay.containsKey(engine.number()))
                .toList();
        begun.forEach(engine -> underWay.put(engine.number(), threads.submit(() -> look.accept(engine))));
        begun.forEach(engine -> finish(engine.number(), end - System.nanoTime()));
    }

    private void finish(long number, long nanos) {
        try {
            Objects.requireNonNull(underWay.get(number)).get(Math.max(nanos, 0), TimeUnit.NANOSECONDS);
            underWay.remove(number);
        } catch (TimeoutException e) {
            // Looked after at the next call.
        } catch (ExecutionException e) {
            underWay.remove(number);
            throw e.getCause() instanceof RuntimeException failure
                    ? failure
                    : new IllegalStateException("a look into an executor failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether no look goes on. */
    boolean areOver() {
        return underWay.values().stream().allMatch(Future::isDone);
    }

    void close() throws InterruptedException {
        threads.shutdownNow();
        threads.awaitTermination(10, TimeUnit.SECONDS);
    }
}
