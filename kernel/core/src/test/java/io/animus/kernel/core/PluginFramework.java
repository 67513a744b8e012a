package io.animus.kernel.core;

import io.animus.api.plugin.Plugin;
import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import io.animus.kernel.trust.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.felix.cm.PersistenceManager;
import org.apache.felix.framework.Felix;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;

/** A real framework for plugins, which Declarative Services would track in the hub. */
final class PluginFramework implements AutoCloseable {
    private static final ImageReference IMAGE = ImageReference.parse("registry.example/image:1");

    private final Path folder;
    private final PortCalls calls = new PortCalls(new Metrics());
    private final Ports ports = new Ports(calls);
    private final LeftThreads threads = new LeftThreads();
    private final Felix felix;

    PluginFramework(Path folder) throws BundleException {
        this.folder = folder;
        felix = new Felix(
                Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        folder.resolve("cache").toString(),
                        Constants.FRAMEWORK_BEGINNING_STARTLEVEL,
                        "100",
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        "io.animus.api.plugin;version=1.0.0,io.animus.api.registry;version=1.0.0,io.animus.api.types;version=1.0.0,org.osgi.service.cm;version=1.6.1"));
        felix.start();
        track();
    }

    private void track() {
        new ServiceTracker<Plugin, Plugin>(felix.getBundleContext(), Plugin.class, null) {
            @Override
            public Plugin addingService(ServiceReference<Plugin> reference) {
                var plugin = super.addingService(reference);
                ports.addPlugin(plugin, properties(reference));
                ports.addRegistry((ImageRegistry) plugin, properties(reference));
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

    private static Map<String, Object> properties(ServiceReference<?> reference) {
        return Arrays.stream(reference.getPropertyKeys()).collect(Collectors.toMap(key -> key, reference::getProperty));
    }

    BundleContext context() {
        return felix.getBundleContext();
    }

    /** The plugins as a hub finds them that starts now. */
    FrameworkPlugins runtime(Duration window) throws IOException {
        return runtime(TrustMode.ofDevelopment(folder.resolve("trust"), Mode.WARN), window);
    }

    /** The same under this mode. */
    FrameworkPlugins runtime(TrustMode mode, Duration window) throws IOException {
        var trust = new TrustAtStart(mode, cache(), folder.resolve("bom.json"));
        return new FrameworkPlugins(
                context(), ports, folder.resolve("plugins"), trust, threads, window, Duration.ofSeconds(5));
    }

    private Path cache() {
        return folder.resolve("cache");
    }

    /** The jar in the framework's cache. */
    Path cached(Bundle bundle) {
        return cache().resolve("bundle" + bundle.getBundleId()).resolve("version0.0/bundle.jar");
    }

    /** Says what the archive brings. */
    void bring(byte[]... jars) throws IOException {
        var lines = Arrays.stream(jars)
                .map(jar -> "\"hashes\": [{\"alg\": \"SHA-256\", \"content\": \"%s\"}]"
                        .formatted(Digest.of(jar).hex()))
                .toList();
        Files.write(folder.resolve("bom.json"), lines);
    }

    /** What configures them. */
    FrameworkConfigurations configurations(PluginRuntime runtime, Duration window) throws BundleException, IOException {
        return new FrameworkConfigurations(context(), runtime, ports, admin(), folder.resolve("plugins"), window);
    }

    ConfigurationAdmin admin() throws BundleException {
        var jar = PersistenceManager.class.getProtectionDomain().getCodeSource().getLocation();
        context().installBundle(jar.toString()).start();
        return context().getService(context().getServiceReference(ConfigurationAdmin.class));
    }

    /** Where Configuration Admin keeps them. */
    Path configurations() {
        var bundle = context().getServiceReference(ConfigurationAdmin.class).getBundle();
        return bundle.getBundleContext().getDataFile("config").toPath();
    }

    /** All that are there now. */
    List<Plugin> present() {
        return ports.plugins().stream().map(Ports.Known::plugin).toList();
    }

    /** The version of the plugin that answers. */
    String ask() {
        return version(ports.registry(null, IMAGE, registry -> registry.find(IMAGE)));
    }

    /** The same of this plugin, with little patience. */
    String askShortly(Plugin plugin) {
        return version(calls.callOnce(
                "registry", (ImageRegistry) plugin, Duration.ofMillis(50), registry -> registry.find(IMAGE)));
    }

    private static String version(Optional<ImageManifest> found) {
        return found.orElseThrow().mediaType().replace("application/test+", "");
    }

    /** Adds a neighbour, which is asked after the others. */
    void add(ImageRegistry neighbour) {
        ports.addRegistry(neighbour, Map.of("service.ranking", -1));
    }

    /** What the hub says of itself. */
    Health health() {
        var health = new Health(ports);
        health.setThreads(threads);
        return health;
    }

    @Override
    public void close() throws BundleException {
        felix.stop();
        try {
            felix.waitForStop(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ports.close();
        calls.close();
    }
}
