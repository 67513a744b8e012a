package io.animus.benchmarks.swap;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.ImageReference;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** A registry that answers after a while, and fails if it was stopped meanwhile; the header Bench-Health says how well it is. */
public final class SwappedRegistry implements BundleActivator, ImageRegistry, Plugin {
    private static final Duration WHILE = Duration.ofMillis(2);

    private volatile boolean stopped;
    private PluginHealth health = PluginHealth.OK;

    @Override
    public void start(BundleContext bundle) {
        if ("sick".equals(bundle.getBundle().getHeaders().get("Bench-Health"))) {
            health = PluginHealth.down("It feels unwell.");
        }
        bundle.registerService(new String[] {ImageRegistry.class.getName(), Plugin.class.getName()}, this, null);
    }

    @Override
    public void stop(BundleContext bundle) {
        stopped = true;
    }

    @Override
    public PluginDescriptor descriptor() {
        return new PluginDescriptor("registry", "swapped", "default");
    }

    @Override
    public PluginHealth health() {
        return health;
    }

    @Override
    public boolean serves(ImageReference reference) {
        return true;
    }

    @Override
    public Optional<ImageManifest> find(ImageReference reference) {
        LockSupport.parkNanos(WHILE.toNanos());
        if (stopped) {
            throw new IllegalStateException("stopped in the middle of a call");
        }
        return Optional.empty();
    }
}
