package io.animus.kernel.core;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginHealth;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * The instances that configurations bring about: services with the PID of theirs.
 *
 * @param window in which one has to become healthy
 * @param mark property that says with which values an instance was made
 */
record ConfiguredInstances(BundleContext framework, Ports ports, Duration window, String mark) {

    /** Whether one is there that is down. */
    boolean isDown(Bundle bundle, String pid) {
        return of(bundle, pid).anyMatch(instance -> stateOf(instance) == PluginHealth.State.DOWN);
    }

    /** Waits until one with these values is there, is given work, and is not down unless it may be. */
    boolean await(Bundle bundle, String pid, String values, boolean mayBeDown) {
        return PluginVitals.until(window, () -> of(bundle, pid)
                .filter(instance -> values.equals(instance.getProperty(mark)))
                .anyMatch(instance -> {
                    var state = stateOf(instance);
                    return state != null
                            && (mayBeDown || state != PluginHealth.State.DOWN)
                            && isGivenWork(bundle, instance);
                }));
    }

    private static Stream<ServiceReference<?>> of(Bundle bundle, String pid) {
        var services = bundle.getRegisteredServices();
        return services == null
                ? Stream.empty()
                : Arrays.<ServiceReference<?>>stream(services).filter(service -> isOf(service, pid));
    }

    private static boolean isOf(ServiceReference<?> service, String pid) {
        return pid.equals(service.getProperty("service.pid"))
                && service.getProperty("objectClass") instanceof String[] names
                && List.of(names).contains(Plugin.class.getName());
    }

    /** The framework shows a service before all have heard of it. */
    private boolean isGivenWork(Bundle bundle, ServiceReference<?> instance) {
        var service = framework.getService(instance);
        try {
            return ports.pluginsOf(bundle.getBundleId()).stream().anyMatch(known -> known.plugin() == service);
        } finally {
            framework.ungetService(instance);
        }
    }

    /** How an instance is; null if it doesn't come about. */
    private PluginHealth.@Nullable State stateOf(ServiceReference<?> instance) {
        var service = framework.getService(instance);
        try {
            return service instanceof Plugin plugin ? ports.healthOf(plugin).state() : null;
        } finally {
            framework.ungetService(instance);
        }
    }
}
