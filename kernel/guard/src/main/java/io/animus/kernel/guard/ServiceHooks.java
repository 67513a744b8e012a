package io.animus.kernel.guard;

import io.animus.kernel.guard.Denial.Use;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.hooks.service.EventListenerHook;
import org.osgi.framework.hooks.service.FindHook;
import org.osgi.framework.hooks.service.ListenerHook.ListenerInfo;

/**
 * Hides services from plugins that don't name them, and from everybody else the services of plugins under names that those don't
 * have. Called at every lookup and every event of the framework, which goes on without a hook that throws: so nothing here may. Safe
 * for many threads.
 */
final class ServiceHooks implements FindHook, EventListenerHook {
    private final HeldPlugins plugins;

    private final Consumer<Denial> denials;

    ServiceHooks(HeldPlugins plugins, Consumer<Denial> denials) {
        this.plugins = plugins;
        this.denials = denials;
    }

    @Override
    public void find(
            BundleContext context,
            @Nullable String name,
            @Nullable String filter,
            boolean allServices,
            Collection<ServiceReference<?>> references) {
        var found = bundle(context);
        if (found.isEmpty()) {
            references.clear();
            return;
        }
        var caller = found.get();
        var plugin = plugins.find(caller);
        references.removeIf(reference -> {
            var owner = reference.getBundle();
            if (caller.equals(owner)) {
                return false;
            }
            var interfaces = interfaces(reference);
            if (isHidden(owner, interfaces)) {
                return true;
            }
            if (plugin.isEmpty() || plugin.get().sees(interfaces) || Basics.mayFind(interfaces)) {
                return false;
            }
            plugin.get().deny(Use.SEE, name == null ? interfaces.get(0) : name, denials);
            return true;
        });
    }

    @Override
    public void event(ServiceEvent event, Map<BundleContext, Collection<ListenerInfo>> listeners) {
        var reference = event.getServiceReference();
        var owner = reference.getBundle();
        var interfaces = interfaces(reference);
        var hidden = isHidden(owner, interfaces);
        listeners.entrySet().removeIf(entry -> {
            var found = bundle(entry.getKey());
            if (found.isEmpty()) {
                return true;
            }
            var listener = found.get();
            if (listener.equals(owner)) {
                return false;
            }
            if (hidden) {
                return true;
            }
            var plugin = plugins.find(listener);
            if (plugin.isEmpty() || plugin.get().sees(interfaces)) {
                return false;
            }
            if (entry.getValue().stream().anyMatch(info -> asksFor(info, reference))) {
                plugin.get().deny(Use.SEE, interfaces.get(0), denials);
            }
            return true;
        });
        if (event.getType() == ServiceEvent.REGISTERED) {
            plugins.find(owner).ifPresent(plugin -> plugin.unnamed(interfaces).stream()
                    .filter(service -> !Basics.isRegistering(service))
                    .forEach(service -> plugin.deny(Use.PROVIDE, service, denials)));
        }
    }

    /** Who registered it under a name that it doesn't have keeps it for itself. */
    private boolean isHidden(@Nullable Bundle owner, List<String> interfaces) {
        return plugins.find(owner)
                .filter(plugin -> !plugin.unnamed(interfaces).isEmpty())
                .isPresent();
    }

    /** A listener without a filter asks for nothing in particular: it is told less, and that is no denial. */
    private static boolean asksFor(ListenerInfo listener, ServiceReference<?> reference) {
        try {
            return listener.getFilter() != null
                    && FrameworkUtil.createFilter(listener.getFilter()).match(reference);
        } catch (InvalidSyntaxException e) {
            return false;
        }
    }

    /** Empty if it stopped in this moment: it sees nothing any more. */
    private static Optional<Bundle> bundle(BundleContext context) {
        try {
            return Optional.of(context.getBundle());
        } catch (IllegalStateException e) {
            return Optional.empty();
        }
    }

    private static List<String> interfaces(ServiceReference<?> reference) {
        return reference.getProperty(Constants.OBJECTCLASS) instanceof String[] names ? List.of(names) : List.of();
    }
}
