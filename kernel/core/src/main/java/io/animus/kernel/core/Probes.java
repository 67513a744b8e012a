package io.animus.kernel.core;

import io.animus.api.plugin.PluginHealth;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks how something is, with a limit of time, and never the same thing twice at once: one that hangs costs one thread,
 * not one for each time somebody asks. Not safe for several threads.
 */
final class Probes {
    private static final int MOST = 32;

    private final ExecutorService threads =
            new ThreadPoolExecutor(0, MOST, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), Probes::thread);
    /** By the thing itself, whatever it says it equals. */
    private final Map<Object, Probe> asked = new IdentityHashMap<>();

    /** An answer to come. */
    static final class Probe {
        private final FutureTask<PluginHealth> answer;

        private Probe(Callable<PluginHealth> question) {
            this.answer = new FutureTask<>(question);
        }

        /** The answer, or {@code DOWN} if there is none by then. */
        PluginHealth await(long deadline) {
            try {
                return answer.get(Math.max(deadline - System.nanoTime(), 0), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                return PluginHealth.down("It does not answer in time.");
            } catch (ExecutionException e) {
                return PluginHealth.down("It failed when it was asked: " + e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return PluginHealth.down("Nobody waited for its answer.");
            }
        }
    }

    /** Asks, unless the last question is still without an answer: then it is the answer to that one. */
    Probe begin(Object what, Callable<PluginHealth> question) {
        var last = asked.get(what);
        if (last != null && !last.answer.isDone()) {
            return last;
        }
        var probe = new Probe(question);
        asked.put(what, probe);
        try {
            threads.execute(probe.answer);
        } catch (RejectedExecutionException e) {
            // As many as there are threads hang already: this one counts as unanswered.
            asked.remove(what);
        }
        return probe;
    }

    /** Forgets plugins that have gone. */
    void keepOnly(Collection<?> present) {
        asked.keySet()
                .removeIf(what -> !(what instanceof String) && present.stream().noneMatch(one -> one == what));
    }

    void close() {
        threads.shutdownNow();
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "animus-health");
        thread.setDaemon(true);
        return thread;
    }
}
