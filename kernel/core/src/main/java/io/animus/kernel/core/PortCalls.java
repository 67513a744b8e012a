package io.animus.kernel.core;

import dev.failsafe.CircuitBreaker;
import dev.failsafe.CircuitBreakerOpenException;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.Serial;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

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

    private static final FailsafeExecutor<Object> ALWAYS = Failsafe.none();

    private final ExecutorService threads = new PortThreads(MOST_CALLS);
    private final Map<Key, Guard> guards = new ConcurrentHashMap<>();
    private final Set<PortWork> underWay = ConcurrentHashMap.newKeySet();
    private final ReferenceQueue<Object> gone = new ReferenceQueue<>();
    private final Metrics.Times times;
    private final Tracing tracing;

    /** A plugin itself, whatever it says it equals; nothing of it is called for that. */
    private static final class Key extends WeakReference<Object> {
        private final int hash;

        Key(Object plugin, @Nullable ReferenceQueue<Object> gone) {
            super(plugin, gone);
            hash = System.identityHashCode(plugin);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            var plugin = get();
            return this == other || (plugin != null && other instanceof Key key && key.refersTo(plugin));
        }
    }

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
            Called called) {

        String name() {
            return called.name();
        }

        /** Keeps new calls from a plugin that doesn't let go of the last ones, or of the memory. */
        void requireFit() {
            called.ban().ifPresent(why -> {
                throw unavailable(why, null);
            });
            if (overdue.size() >= MOST_OVERDUE) {
                throw unavailable(
                        name() + " gets no more calls: " + overdue.size()
                                + " go on after their deadline. It must be updated or disabled.",
                        null);
            }
        }
    }

    /** Without traces. */
    public PortCalls(Metrics metrics) {
        this(metrics, new Tracing(metrics));
    }

    @Activate
    public PortCalls(@Reference(name = "metrics") Metrics metrics, @Reference(name = "tracing") Tracing tracing) {
        this.tracing = tracing;
        times = metrics.times(
                "animus_port_call_seconds", "How long calls to plugins take", "port", "plugin", "outcome");
    }

    @Deactivate
    void close() {
        threads.shutdownNow();
    }

    /** @throws ExternalSystemException as the plugin throws it, or {@code UNAVAILABLE} for what stands before it */
    <P, T> T call(String port, P plugin, Duration deadline, Ports.Call<P, T> call) {
        return call(port, plugin, deadline, Guard::retrying, call);
    }

    /** As {@link #call}, without a retry: for callers that must know of each failure. */
    <P, T> T callOnce(String port, P plugin, Duration deadline, Ports.Call<P, T> call) {
        return call(port, plugin, deadline, Guard::once, call);
    }

    /**
     * As {@link #callOnce}, for what a plugin knows by itself. Its answer says nothing of the system behind it, so the circuit
     * breaker neither counts it nor stands in its way.
     */
    <P, T> T ask(String port, P plugin, Duration deadline, Ports.Call<P, T> question) {
        return call(port, plugin, deadline, guard -> ALWAYS, question);
    }

    /** Whether a plugin goes on with a call for {@code port} after its deadline. */
    boolean isOverdue(String port, Object plugin) {
        return guardOf(plugin).overdue().stream().anyMatch(work -> work.port().equals(port));
    }

    /** Whether a call failed because the plugin did not answer before the deadline. */
    static boolean isOutOfTime(ExternalSystemException failure) {
        return failure.getCause() instanceof OutOfTimeException;
    }

    private <P, T> T call(
            String port,
            P plugin,
            Duration deadline,
            Function<Guard, FailsafeExecutor<Object>> policies,
            Ports.Call<P, T> call) {
        var guard = guardOf(plugin);
        var started = System.nanoTime();
        var span = tracing.call(port);
        var outcome = "failure";
        try {
            guard.requireFit();
            T answer =
                    policies.apply(guard).get(() -> limited(port, guard, guard.places(), deadline, span, plugin, call));
            outcome = "success";
            return answer;
        } catch (CircuitBreakerOpenException e) {
            outcome = "rejected";
            throw new ExternalSystemException(
                    Reason.UNAVAILABLE, guard.name() + " failed too often and is left alone for some seconds", e);
        } catch (OutOfTimeException e) {
            outcome = "timeout";
            throw unavailable(e.getMessage(), e);
        } catch (ExternalSystemException e) {
            span.fail(e.reason().name());
            throw e;
        } catch (FailsafeException e) {
            throw new IllegalStateException("a call to " + guard.name() + " failed: " + e.getCause(), e.getCause());
        } finally {
            var name = guard.called().known();
            times.add(System.nanoTime() - started, port, name.text(), outcome);
            span.end(name.text(), name.said(), outcome);
        }
    }

    /** As {@link #call}, once, and content when {@code wait} is over before the plugin answers. */
    <P, T> void callFor(String port, P plugin, Duration wait, Ports.Call<P, T> call) {
        var guard = guardOf(plugin);
        var started = System.nanoTime();
        var span = tracing.call(port);
        var outcome = "success";
        try {
            limited(port, guard, guard.readers(), wait, span, plugin, call);
        } catch (OutOfTimeException e) {
            outcome = "left";
        } catch (RuntimeException e) {
            outcome = "failure";
            throw e;
        } catch (Exception e) {
            outcome = "failure";
            throw new IllegalStateException("a call to " + guard.name() + " failed: " + e, e);
        } finally {
            var name = guard.called().known();
            times.add(System.nanoTime() - started, port, name.text(), outcome);
            span.end(name.text(), name.said(), outcome);
        }
    }

    /** What plugins do not let go of though they were told to, for people: a sentence for each. */
    List<String> overdue() {
        return guards.values().stream()
                .flatMap(guard -> guard.overdue().stream()
                        .filter(PortWork::isStubborn)
                        .findAny()
                        .map(work -> guard.name() + " goes on" + work.place() + " after the deadline of a call")
                        .or(() -> guard.called().ban())
                        .stream())
                .toList();
    }

    /** Calls that plugins are busy with now. */
    List<PortWork.Use> underWay() {
        return underWay.stream().flatMap(work -> work.use().stream()).toList();
    }

    /**
     * Ends a call as if its deadline had passed, and keeps all others from that plugin until it is {@linkplain #pardon gone}.
     *
     * @param reason what the plugin did, for people
     */
    void cutOff(PortWork work, String reason) {
        work.called().ban(reason);
        guards.values().stream()
                .filter(guard -> guard.called() == work.called())
                .forEach(guard -> work.cancel(guard.overdue()));
    }

    /** A plugin that was taken out of service is gone, so nothing need be done about it any more. */
    void pardon(Object plugin) {
        var known = guards.get(new Key(plugin, null));
        if (known != null) {
            known.called().ban(null);
        }
    }

    /**
     * What a plugin is. It is asked until it has said so, and never again.
     *
     * @throws ExternalSystemException if it does not say so now
     */
    PluginDescriptor descriptorOf(Plugin plugin, Duration deadline) {
        var guard = guardOf(plugin);
        var known = guard.called().said();
        return known != null
                ? known
                : ask("plugin", plugin, deadline, asked -> {
                    var said = Contract.hold(Plugin.class, asked, guard::name).descriptor();
                    // Kept also when it comes too late for whoever waits now.
                    guard.called().says(said);
                    return said;
                });
    }

    /** What a plugin has said it is; null before it has. It isn't asked. */
    @Nullable PluginDescriptor knownOf(Plugin plugin) {
        return guardOf(plugin).called().said();
    }

    /** What a plugin is called in metrics and messages. It isn't asked. */
    String nameOf(Object plugin) {
        return guardOf(plugin).name();
    }

    private <P, T> T limited(
            String port,
            Guard guard,
            Semaphore places,
            Duration deadline,
            PortSpan span,
            P plugin,
            Ports.Call<P, T> call)
            throws Exception {
        span.attempt();
        try {
            if (!places.tryAcquire(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                throw unavailable(guard.name() + " is busy with too many calls", null);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        var task = new FutureTask<>(() -> call.on(plugin));
        var work = new PortWork(port, guard.called(), task, plugin.getClass().getClassLoader(), span, ended -> {
            underWay.remove(ended);
            guard.overdue().remove(ended);
            places.release();
        });
        underWay.add(work);
        try {
            threads.execute(work);
        } catch (RejectedExecutionException e) {
            underWay.remove(work);
            places.release();
            throw unavailable("the hub is busy with " + MOST_CALLS + " calls to plugins", e);
        }
        try {
            guard.called().answers().sees(task::isDone);
            return task.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            work.cancel(places == guard.places() ? guard.overdue() : new HashSet<>());
            throw new OutOfTimeException(guard.name() + " did not answer within " + deadline.toSeconds() + " s");
        } catch (CancellationException e) {
            throw new OutOfTimeException(guard.called().ban().orElse(guard.name() + " was cut off"));
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
        for (var old = gone.poll(); old != null; old = gone.poll()) {
            guards.remove(old);
        }
        var known = guards.get(new Key(plugin, null));
        return known != null ? known : guards.computeIfAbsent(new Key(plugin, gone), key -> guard(plugin));
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
                new Called(plugin));
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

    /** The plugin did not answer in time; its thread was interrupted. */
    private static final class OutOfTimeException extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1L;

        OutOfTimeException(String message) {
            super(message);
        }
    }
}
