package io.animus.kernel.guard;

import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.service.EventListenerHook;
import org.osgi.framework.hooks.service.FindHook;

/** Puts the guard in place, and takes it away. No component: it starts before Declarative Services do. */
public final class GuardActivator implements BundleActivator {
    private @Nullable Guard guard;

    /** What there is between start and stop. */
    private record Guard(HeldPlugins plugins, Denials denials, ServiceRegistration<?> hooks) {}

    @Override
    public void start(BundleContext context) {
        var plugins = new HeldPlugins();
        context.addBundleListener(plugins);
        var denials = new Denials(context);
        var names = new String[] {FindHook.class.getName(), EventListenerHook.class.getName()};
        var hooks = context.registerService(names, new ServiceHooks(plugins, denials), null);
        guard = new Guard(plugins, denials, hooks);
    }

    @Override
    public void stop(BundleContext context) {
        var ending = guard;
        guard = null;
        if (ending != null) {
            ending.hooks().unregister();
            context.removeBundleListener(ending.plugins());
            ending.denials().close();
        }
    }
}
