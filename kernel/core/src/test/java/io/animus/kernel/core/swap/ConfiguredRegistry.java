package io.animus.kernel.core.swap;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import java.nio.charset.StandardCharsets;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ManagedServiceFactory;

/** A plugin with an instance for each configuration, whose {@code mood} says what becomes of it. */
public final class ConfiguredRegistry implements BundleActivator, ManagedServiceFactory {
    private final Map<String, ServiceRegistration<?>> instances = new ConcurrentHashMap<>();
    private BundleContext context;

    @Override
    public void start(BundleContext bundle) {
        context = bundle;
        var properties = new Hashtable<String, Object>();
        properties.put("service.pid", "io.animus.plugin.configured");
        bundle.registerService(ManagedServiceFactory.class, this, properties);
    }

    @Override
    public void stop(BundleContext bundle) {
        // The framework unregisters what is left.
    }

    @Override
    public String getName() {
        return "configured";
    }

    @Override
    public void updated(String pid, Dictionary<String, ?> properties) {
        deleted(pid);
        var mood = String.valueOf(properties.get("mood"));
        if (!mood.equals("absent")) {
            var one = new Instance(String.valueOf(properties.get("instance")), mood);
            var names = new String[] {ImageRegistry.class.getName(), Plugin.class.getName()};
            instances.put(pid, context.registerService(names, one, properties));
        }
    }

    @Override
    public void deleted(String pid) {
        var old = instances.remove(pid);
        if (old != null) {
            old.unregister();
        }
    }

    /** An instance. */
    public record Instance(String name, String mood) implements ImageRegistry, Plugin {

        @Override
        public PluginDescriptor descriptor() {
            return new PluginDescriptor("registry", "configured", name);
        }

        @Override
        public PluginHealth health() {
            return mood.equals("sick") ? PluginHealth.down("It feels unwell.") : PluginHealth.OK;
        }

        @Override
        public boolean serves(ImageReference reference) {
            return true;
        }

        @Override
        public Optional<ImageManifest> find(ImageReference reference) {
            return Optional.of(new ImageManifest(
                    Digest.of(mood.getBytes(StandardCharsets.UTF_8)), "application/test+" + mood, 1, null));
        }
    }
}
