package io.animus.benchmarks;

import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.ImageReference;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.felix.framework.Felix;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;

/** A Felix that nothing runs in but what is swapped. Swapped by one thread, called by many. */
final class SwapFramework implements Closeable {
    private static final ImageReference IMAGE = ImageReference.parse("registry.example/image:1");

    private final Felix felix;
    private @Nullable Bundle old;

    SwapFramework(Path cache) {
        felix = new Felix(
                Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        cache.toString(),
                        Constants.FRAMEWORK_BEGINNING_STARTLEVEL,
                        "100",
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        "io.animus.api.plugin;version=1.0.0,io.animus.api.registry;version=1.0.0,io.animus.api.types;version=1.0.0"));
        try {
            felix.start();
        } catch (BundleException e) {
            throw new IllegalStateException("Felix doesn't start", e);
        }
    }

    BundleContext context() {
        return felix.getBundleContext();
    }

    /** As somebody would who has nothing but the framework: installs the new one, then uninstalls the old one. */
    void swap(String version, byte[] jar) {
        try {
            var fresh = context().installBundle("bench:" + version, new ByteArrayInputStream(jar));
            fresh.start();
            if (old != null) {
                old.uninstall();
            }
            old = fresh;
        } catch (BundleException e) {
            throw new IllegalStateException("Felix doesn't swap", e);
        }
    }

    /** A call as somebody makes it who has nothing but the framework: one that the swap breaks is lost. */
    void ask() {
        var found = context().getServiceReference(ImageRegistry.class);
        var registry = found == null ? null : context().getService(found);
        if (registry == null) {
            throw new IllegalStateException("no registry serves");
        }
        try {
            registry.find(IMAGE);
        } finally {
            context().ungetService(found);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            felix.stop();
            felix.waitForStop(10_000);
        } catch (BundleException e) {
            throw new IOException("Felix doesn't stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
