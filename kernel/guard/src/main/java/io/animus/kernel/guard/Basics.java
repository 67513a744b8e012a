package io.animus.kernel.guard;

import java.util.List;
import java.util.Set;
import org.osgi.framework.FrameworkUtil;

/**
 * All that happens in a plugin's name without its naming it, because Declarative Services does it through the plugin's bundle.
 * Logging is not here, for it needs no service of the plugin's; nor are the resolvers of Camel, which a plugin with routes names.
 */
final class Basics {
    /** Awaited for each component; there is nothing in it. */
    static final Set<String> SEEN_BY_ALL = Set.of("org.osgi.service.condition.Condition");

    /**
     * Found for the settings of each component, by Declarative Services alone: a plugin could read everybody's settings there.
     */
    static final String CONFIGURATIONS = "org.osgi.service.cm.ConfigurationAdmin";

    /** Registered as a token of who is to be configured; it is hidden as any other, without a word. */
    static final String CONFIGURED = "org.osgi.service.cm.ManagedService";

    private static final String COMPONENTS = "org.apache.felix.scr";

    // References of components go through other classes of the same bundle: so none of them gets at settings this way.
    private static final String FINDS = "org.apache.felix.scr.impl.helper.ConfigAdminTracker";
    private static final String REGISTERS = "org.apache.felix.scr.impl.manager.RegionConfigurationSupport";

    private static final StackWalker CALLERS = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private Basics() {}

    /** Whether a lookup that is under way on this thread may find such a service. */
    static boolean mayFind(List<String> interfaces) {
        return interfaces.contains(CONFIGURATIONS) && isCalledBy(FINDS);
    }

    /** Whether a registration that is under way on this thread is none of the plugin's own. */
    static boolean isRegistering(String service) {
        return service.equals(CONFIGURED) && isCalledBy(REGISTERS);
    }

    /** Whether the class that called the framework is this one of Declarative Services. */
    private static boolean isCalledBy(String name) {
        return CALLERS.walk(frames -> frames.map(StackWalker.StackFrame::getDeclaringClass)
                .filter(Basics::isOutsideTheFramework)
                .findFirst()
                .filter(type -> type.getName().equals(name)
                        && COMPONENTS.equals(FrameworkUtil.getBundle(type).getSymbolicName()))
                .isPresent());
    }

    private static boolean isOutsideTheFramework(Class<?> type) {
        var bundle = FrameworkUtil.getBundle(type);
        return bundle != null && bundle.getBundleId() != 0 && bundle != FrameworkUtil.getBundle(Basics.class);
    }
}
