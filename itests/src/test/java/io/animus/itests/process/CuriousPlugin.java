package io.animus.itests.process;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/** Runs in the hub as a plugin that wants more than its permissions name, and writes down all that it gets. */
public final class CuriousPlugin implements BundleActivator, Plugin {
    static final String NAMED = "org.apache.karaf.features.FeaturesService";
    static final String LOOKED_UP = "io.animus.kernel.store.postgres.Database";
    static final String TRACKED = "io.animus.api.storage.ObjectStore";
    static final String REFERENCED = "org.osgi.service.cm.ConfigurationAdmin";

    @Override
    public void start(BundleContext context) {
        for (var name : List.of(NAMED, LOOKED_UP)) {
            if (context.getServiceReference(name) != null) {
                note("looked up " + name);
            }
        }
        for (var name : List.of(NAMED, TRACKED)) {
            new ServiceTracker<Object, Object>(context, name, null) {
                @Override
                public Object addingService(ServiceReference<Object> found) {
                    note("tracked " + name);
                    return found;
                }
            }.open();
        }
        context.registerService(Plugin.class, this, null);
    }

    @Override
    public void stop(BundleContext context) {
        // The framework takes back what it gave.
    }

    @Override
    public PluginDescriptor descriptor() {
        return new PluginDescriptor("scm", "curious", "default");
    }

    @Override
    public PluginHealth health() {
        return PluginHealth.OK;
    }

    static void note(String line) {
        try {
            var file = Path.of(System.getProperty("karaf.data"), "curious");
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A component of this plugin, with or without a reference. */
    public static final class Part {
        /** Called by Declarative Services. */
        public void activate(Map<String, Object> properties) {
            note("component " + properties.get("component.name"));
        }
    }
}
