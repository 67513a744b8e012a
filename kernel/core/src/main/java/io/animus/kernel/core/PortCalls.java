package io.animus.kernel.core;

import dev.failsafe.CircuitBreaker;
import dev.failsafe.CircuitBreakerOpenException;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import io.animus.api.plugin.Plugin;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.Serial;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every call to a plugin gets. Safe for many threads; calls run on threads of their own, so that a deadline holds. */
@Component(service = PortCalls.class)
public final class PortCalls {
    private static final int MOST_CALLS = 128;
    private static final int CALLS_PER_PLUGIN = 24;
    private static final int RETRIES = 2;
    private static final int FAILURES_TO_OPEN = 8;
    private static final Duration OPEN_FOR = Duration.ofSeconds(5);
    /** How many calls of a plugin may go on after their deadline: each may cost a processor. */
    private static final int MOST_OVERDUE = 4;

    private static final Logger LOG = LoggerFactory.getLogger(PortCalls.class);

    private final ExecutorService threads =
            new ThreadPoolExecutor(0, MOST_CALLS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), PortCalls::thread);
    private final Map<Object, Guard> guards = new WeakHashMap<>();
    private final Metrics.Times times;

    private static final AtomicInteger THREADS = new AtomicInteger();

    /**
     * What stands before one plugin: how many calls at once, and none for a while after many failures.
     *
     * @param readers those that wait for something to come; they must not keep the others out
     * @param retrying retries within the circuit breaker's leave
     * @param once calls with the same circuit breaker's leave
     * @param overdue calls that go on after their deadline; readers are none of them
     */
    private record Guard(
            Semaphore places,
            Semaphore readers,
            FailsafeExecutor<Object> retrying,
            FailsafeExecutor<Object> once,
            Set<PortWork> overdue,
            String name) {

        void requirePunctual() {
            if (overdue.size() >= MOST_OVERDUE) {
                throw unavailable(
                        name + " gets no more calls: " + overdue.size()
                                + " go on after their deadline. It must be updated or disabled.",
                        null);
            }
        }
    }

    @Activate
    public PortCalls(@Reference(name = "metrics") Metrics metrics) {
        times = metrics.times(
                "animus_port_call_seconds", "How long calls to plugins take", "port", "plugin", "outcome");
    }

    @Deactivate
    void close() {
        threads.shutdownNow();
    }

    /** @throws ExternalSystemException as the plugin throws it, or {@code UNAVAILABLE} for what stands before it */
    <P, T> T call(String port, P plugin, Duration deadline, Ports.Call<P, T> call) {
        return call(port, plugin, deadline, true, call);
    }

    /** As {@link #call}, without a retry: for callers that must know of each failure. */
    <P, T> T callOnce(String port, P plugin, Duration deadline, Ports.Call<P, T> call) {
        return call(port, plugin, deadline, false, call);
    }

    /** Whether a call failed because the plugin did not answer before the deadline. */
    static boolean isOutOfTime(ExternalSystemException failure) {
        return failure.getCause() instanceof OutOfTimeException;
    }

    private <P, T> T call(String port, P plugin, Duration deadline, boolean retries, Ports.Call<P, T> call) {
        var guard = guardOf(plugin);
        var started = System.nanoTime();
        var outcome = "failure";
        try {
            var policies = retries ? guard.retrying() : guard.once();
            T answer = policies.get(() -> {
                guard.requirePunctual();
                return limited(guard, guard.places(), deadline, plugin, call);
            });
            outcome = "success";
            return answer;
        } catch (CircuitBreakerOpenException e) {
            outcome = "rejected";
            throw new ExternalSystemException(
                    Reason.UNAVAILABLE, guard.name() + " failed too often and is left alone for some seconds", e);
        } catch (OutOfTimeException e) {
            outcome = "timeout";
            throw unavailable(e.getMessage(), e);
        } catch (FailsafeException e) {
            throw new IllegalStateException("a call to " + guard.name() + " failed: " + e.getCause(), e.getCause());
        } finally {
            times.add(System.nanoTime() - started, port, guard.name(), outcome);
        }
    }

    /** As {@link #call}, once, and content when {@code wait} is over before the plugin answers. */
    <P, T> void callFor(String port, P plugin, Duration wait, Ports.Call<P, T> call) {
        var guard = guardOf(plugin);
        var started = System.nanoTime();
        var outcome = "success";
        try {
            limited(guard, guard.readers(), wait, plugin, call);
        } catch (OutOfTimeException e) {
            outcome = "left";
        } catch (RuntimeException e) {
            outcome = "failure";
            throw e;
        } catch (Exception e) {
            outcome = "failure";
            throw new IllegalStateException("a call to " + guard.name() + " failed: " + e, e);
        } finally {
            times.add(System.nanoTime() - started, port, guard.name(), outcome);
        }
    }

    /** What plugins do not let go of though they were told to, for people: a sentence for each. */
    List<String> overdue() {
        synchronized (guards) {
            return guards.values().stream()
                    .flatMap(guard -> guard.overdue().stream()
                            .filter(PortWork::isStubborn)
                            .findAny()
                            .map(work -> guard.name() + " goes on" + work.place() + " after the deadline of a call")
                            .stream())
                    .toList();
        }
    }

    /** What a plugin is called in metrics and messages. */
    static String nameOf(Object plugin) {
        try {
            if (plugin instanceof Plugin known) {
                return known.descriptor().toString();
            }
        } catch (RuntimeException e) {
            LOG.error("{} does not say what it is", plugin.getClass(), e);
        }
        return plugin.getClass().getSimpleName();
    }

    private <P, T> T limited(Guard guard, Semaphore places, Duration deadline, P plugin, Ports.Call<P, T> call)
            throws Exception {
        try {
            if (!places.tryAcquire(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                throw unavailable(guard.name() + " is busy with too many calls", null);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        var task = new FutureTask<>(() -> call.on(plugin));
        var work = new PortWork(task, plugin.getClass().getClassLoader(), ended -> {
            guard.overdue().remove(ended);
            places.release();
        });
        try {
            threads.execute(work);
        } catch (RejectedExecutionException e) {
            places.release();
            throw unavailable("the hub is busy with " + MOST_CALLS + " calls to plugins", e);
        }
        try {
            return task.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            work.cancel(places == guard.places() ? guard.overdue() : new HashSet<>());
            throw new OutOfTimeException(guard.name() + " did not answer within " + deadline.toSeconds() + " s");
        } catch (InterruptedException e) {
            task.cancel(true);
            throw interrupted(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    private Guard guardOf(Object plugin) {
        synchronized (guards) {
            return guards.computeIfAbsent(plugin, PortCalls::guard);
        }
    }

    /** Retries are the same for all calls; what has failed so far is one plugin's. */
    private static Guard guard(Object plugin) {
        var retries = RetryPolicy.builder()
                .handleIf(failure -> mayWorkLater(failure) && !Contract.isBroken(failure))
                .withMaxRetries(RETRIES)
                .withBackoff(Duration.ofMillis(200), Duration.ofSeconds(2))
                .withJitter(0.3)
                .build();
        var breaker = CircuitBreaker.builder()
                .handleIf(PortCalls::mayWorkLater)
                .withFailureThreshold(FAILURES_TO_OPEN)
                .withDelay(OPEN_FOR)
                .build();
        return new Guard(
                new Semaphore(CALLS_PER_PLUGIN),
                new Semaphore(RunResults.MOST_LOG_READERS),
                Failsafe.with(retries, breaker),
                Failsafe.with(breaker),
                ConcurrentHashMap.newKeySet(),
                nameOf(plugin));
    }

    private static boolean mayWorkLater(Throwable failure) {
        var isRetryable = failure instanceof ExternalSystemException known
                && known.reason().isRetryable();
        return isRetryable && !Thread.currentThread().isInterrupted();
    }

    private static ExternalSystemException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return unavailable("the call was interrupted", cause);
    }

    private static ExternalSystemException unavailable(@Nullable String message, @Nullable Throwable cause) {
        return new ExternalSystemException(Reason.UNAVAILABLE, String.valueOf(message), cause);
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "animus-port-" + THREADS.incrementAndGet());
        thread.setContextClassLoader(PortCalls.class.getClassLoader());
        thread.setDaemon(true);
        return thread;
    }

    /** The plugin did not answer in time; its thread was interrupted. */
    private static final class OutOfTimeException extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1L;

        OutOfTimeException(String message) {
            super(message);
        }
    }
}
