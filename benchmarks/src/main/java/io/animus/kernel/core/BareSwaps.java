package io.animus.kernel.core;

import io.animus.api.plugin.Plugin;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.ImageReference;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.core.PluginRuntime.RolledBackException;
import io.animus.kernel.core.PluginRuntime.Step;
import io.animus.kernel.trust.BrokenPackageException;
import io.animus.kernel.trust.Mode;
import io.animus.kernel.trust.PackageReader;
import io.animus.kernel.trust.PluginPackage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/** The plugins of a hub in a framework, without the database that a change is recorded in. */
public final class BareSwaps implements Closeable {
    private static final ImageReference IMAGE = ImageReference.parse("registry.example/image:1");
    private static final TypeId EVENT = new TypeId("aud_01jd0000000000000000000000");

    private final PortCalls calls = new PortCalls(new Metrics());
    private final Ports ports = new Ports(calls);
    private final LeftThreads threads = new LeftThreads();
    private final FrameworkPlugins plugins;

    /** @param window how long a version may take to become healthy */
    public BareSwaps(BundleContext framework, Path folder, Duration window) throws IOException {
        track(framework);
        var trust = new TrustAtStart(
                TrustMode.ofDevelopment(folder.resolve("trust"), Mode.WARN),
                folder.resolve("cache"),
                folder.resolve("bom.json"));
        plugins = new FrameworkPlugins(
                framework, ports, folder.resolve("plugins"), trust, threads, window, Duration.ofSeconds(30));
    }

    private void track(BundleContext framework) {
        new ServiceTracker<Plugin, Plugin>(framework, Plugin.class, null) {
            @Override
            public Plugin addingService(ServiceReference<Plugin> reference) {
                var plugin = super.addingService(reference);
                var properties = Arrays.stream(reference.getPropertyKeys())
                        .collect(Collectors.toMap(Function.identity(), reference::getProperty));
                ports.addPlugin(plugin, properties);
                ports.addRegistry((ImageRegistry) plugin, properties);
                return plugin;
            }

            @Override
            public void removedService(ServiceReference<Plugin> reference, Plugin plugin) {
                ports.removePlugin(plugin);
                ports.removeRegistry((ImageRegistry) plugin);
                super.removedService(reference, plugin);
            }
        }.open();
    }

    /** Installs the first version. */
    public void install(Path file) throws IOException {
        var plugin = read(file);
        settle(plugins.install(plugin), plugin);
    }

    /** Updates to another version, from its package to the end of the old one. */
    public void swap(Path file) throws IOException {
        var plugin = read(file);
        settle(plugins.update(plugin.manifest().name(), plugin), plugin);
    }

    /** Whether an update was taken back. */
    public boolean isTakenBack(Path file) throws IOException {
        try {
            swap(file);
            return false;
        } catch (RolledBackException e) {
            return true;
        }
    }

    /** Asks the plugin, as the kernel does. */
    public void ask() {
        ports.registry(null, IMAGE, registry -> registry.find(IMAGE));
    }

    /** The loader of the version that serves now. */
    public ClassLoader classes() {
        return ports.plugins().get(0).plugin().getClass().getClassLoader();
    }

    @Override
    public void close() {
        calls.close();
    }

    private static PluginPackage read(Path file) throws IOException {
        try {
            return PackageReader.read(file);
        } catch (BrokenPackageException e) {
            throw new IllegalStateException("no package", e);
        }
    }

    private static void settle(Step step, PluginPackage plugin) {
        try (step) {
            var details = Json.object().put("version", plugin.manifest().version());
            step.decide(
                    new Decision(EVENT, Action.PLUGIN_UPDATED, plugin.manifest().name(), details.build()));
            step.settle();
        }
    }
}
