package io.animus.kernel.core;

import io.animus.api.plugin.PluginHealth;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the instances of a bundle are well, and whether anybody still calls them. Safe for many threads. */
final class PluginVitals {
    private static final Logger LOG = LoggerFactory.getLogger(PluginVitals.class);
    /** Until the next look, at first; each time as long again, up to the most. */
    private static final Duration FIRST_LOOK = Duration.ofMillis(1);

    private static final Duration MOST = Duration.ofMillis(20);

    private final Ports ports;

    PluginVitals(Ports ports) {
        this.ports = ports;
    }

    /** How well each instance is, by name. */
    Map<String, PluginHealth.State> of(Bundle bundle) {
        return ports.pluginsOf(bundle.getBundleId()).stream()
                .collect(Collectors.toMap(
                        known -> known.descriptor().instance(),
                        known -> ports.healthOf(known.plugin()).state(),
                        (one, other) -> one));
    }

    /**
     * Waits until each instance that the old version had is there, and not down unless it was.
     *
     * @throws BundleException if that doesn't come about in time; the message says which one is how
     */
    void await(Bundle fresh, Map<String, PluginHealth.State> before, Duration window) throws BundleException {
        if (!until(window, () -> isAsWellAs(before, fresh))) {
            var now = of(fresh);
            var reasons = before.keySet().stream()
                    .sorted()
                    .map(name -> name + " is " + (now.containsKey(name) ? now.get(name) : "missing"))
                    .collect(Collectors.joining(", "));
            throw new BundleException(
                    "%s did not become healthy within %d s: %s".formatted(fresh, window.toSeconds(), reasons));
        }
    }

    /** Keeps new calls from a bundle and waits for those under way, no longer than {@code patience}. */
    void drain(Bundle bundle, Duration patience) {
        ports.retire(bundle.getBundleId(), true);
        if (!hasEnd(bundle, patience)) {
            LOG.warn("calls to {} go on after {} s, and are cut off", bundle, patience.toSeconds());
        }
    }

    private boolean hasEnd(Bundle bundle, Duration patience) {
        try {
            return ports.awaitEndOfCalls(bundle.getBundleId(), patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isAsWellAs(Map<String, PluginHealth.State> before, Bundle fresh) {
        var now = of(fresh);
        return before.entrySet().stream()
                .allMatch(known -> now.containsKey(known.getKey())
                        && (now.get(known.getKey()) != PluginHealth.State.DOWN
                                || known.getValue() == PluginHealth.State.DOWN));
    }

    static boolean until(Duration patience, BooleanSupplier done) {
        var deadline = System.nanoTime() + patience.toNanos();
        var pause = FIRST_LOOK.toNanos();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(2 * pause, MOST.toNanos());
        }
        return true;
    }
}
