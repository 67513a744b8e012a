package io.animus.kernel.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.plugin.permission.Permissions.Business;
import io.animus.api.plugin.permission.Permissions.Technical;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.felix.framework.FrameworkFactory;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;

/** A bare Felix with a guard and bundles made on the spot. */
final class Framework implements AutoCloseable {
    final BlockingQueue<Denial> denials = new LinkedBlockingQueue<>();
    private final org.osgi.framework.launch.Framework felix;
    private final GuardActivator guard = new GuardActivator();

    Framework(Path cache) throws BundleException {
        felix = new FrameworkFactory().newFramework(Map.of(Constants.FRAMEWORK_STORAGE, cache.toString()));
        felix.start();
        guard.start(context());
        context().registerService(DenialListener.class, denials::add, null);
    }

    BundleContext context() {
        return felix.getBundleContext();
    }

    /** Starts a plugin that may provide and see these interfaces. */
    BundleContext plugin(String name, List<String> provides, List<String> sees) throws Exception {
        var permissions = new Permissions(
                new Technical(List.of(), List.of(), List.of(), List.of()),
                new Business(List.of(), List.of(), provides, sees));
        return plugin(name, permissions.toString());
    }

    /** Starts a plugin whose permissions are this text; null: that has none. */
    BundleContext plugin(String name, @Nullable String permissions) throws Exception {
        return start(name, plugin(permissions, "1.0.0", name));
    }

    /** Another jar in the place of that of a plugin. */
    BundleContext update(BundleContext plugin, List<String> sees) throws Exception {
        var bundle = plugin.getBundle();
        var permissions = new Permissions(
                new Technical(List.of(), List.of(), List.of(), List.of()),
                new Business(List.of(), List.of(), List.of(), sees));
        bundle.update(new ByteArrayInputStream(plugin(permissions.toString(), "2.0.0", bundle.getSymbolicName())));
        return bundle.getBundleContext();
    }

    /** Starts a bundle of somebody who is no plugin. */
    BundleContext other(String name) throws Exception {
        return start(name, jar(manifest(name, "1.0.0"), null));
    }

    private BundleContext start(String name, byte[] jar) throws BundleException {
        var bundle = context().installBundle("test:" + name, new ByteArrayInputStream(jar));
        bundle.start();
        return bundle.getBundleContext();
    }

    private static byte[] plugin(@Nullable String permissions, String version, String name) throws IOException {
        var manifest = manifest(name, version);
        manifest.getMainAttributes().putValue("Provide-Capability", "animus.plugin;port=scm;technology=test");
        return jar(manifest, permissions);
    }

    private static Manifest manifest(String name, String version) {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        manifest.getMainAttributes().putValue(Constants.BUNDLE_SYMBOLICNAME, name);
        manifest.getMainAttributes().putValue(Constants.BUNDLE_VERSION, version);
        return manifest;
    }

    private static byte[] jar(Manifest manifest, @Nullable String permissions) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(out, manifest)) {
            if (permissions != null) {
                jar.putNextEntry(new JarEntry(Permissions.RESOURCE));
                jar.write(permissions.getBytes(UTF_8));
            }
        }
        return out.toByteArray();
    }

    static void stop(Bundle bundle) throws BundleException {
        bundle.stop();
        bundle.uninstall();
    }

    void stopGuard() {
        guard.stop(context());
    }

    @Override
    public void close() throws BundleException {
        guard.stop(context());
        felix.stop();
        try {
            felix.waitForStop(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
