package io.animus.kernel.core.swap;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** A plugin that is put into bundles of several versions; the header Test-Behaviour says what is wrong with it. */
public final class SwappedRegistry implements BundleActivator, ImageRegistry, Plugin {
    private volatile boolean stopped;
    private String version = "";
    private String behaviour = "";

    @Override
    public void start(BundleContext bundle) {
        version = bundle.getBundle().getVersion().toString();
        behaviour = String.valueOf(bundle.getBundle().getHeaders().get("Test-Behaviour"));
        if (behaviour.equals("throws")) {
            throw new IllegalStateException("no start today");
        }
        if (behaviour.contains("leaks at once")) {
            thread().start();
        }
        while (behaviour.equals("hangs") && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        }
        bundle.registerService(new String[] {ImageRegistry.class.getName(), Plugin.class.getName()}, this, null);
    }

    @Override
    public void stop(BundleContext bundle) {
        stopped = true;
        while (behaviour.contains("clings") && !Boolean.getBoolean("animus.test.sure")) {
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    @Override
    public PluginDescriptor descriptor() {
        if (behaviour.equals("nameless")) {
            throw new IllegalStateException("who am I");
        }
        return new PluginDescriptor("registry", "swapped", "default");
    }

    @Override
    @SuppressWarnings("NullAway") // on purpose
    public PluginHealth health() {
        if (behaviour.equals("speechless")) {
            return null;
        }
        // What goes on in the test can be told to a bundle by the system's properties alone.
        var isSick =
                behaviour.contains("sick") || (behaviour.equals("unsure") && !Boolean.getBoolean("animus.test.sure"));
        return isSick ? PluginHealth.down("It feels unwell.") : PluginHealth.OK;
    }

    @Override
    public boolean serves(ImageReference reference) {
        if (behaviour.equals("unsettled")) {
            throw new IllegalStateException("perhaps");
        }
        return true;
    }

    /** Answers after a while, and fails if it was stopped meanwhile. */
    @Override
    @SuppressWarnings("NullAway") // on purpose
    public Optional<ImageManifest> find(ImageReference reference) {
        switch (behaviour) {
            case "mute" -> {
                return null;
            }
            case "stumbles" -> throw new IllegalStateException("a secret");
            case "spins" -> spin();
            case "hoards" -> hoard();
            case "leaks in a call" -> thread().start();
            default -> {
                // Well so far.
            }
        }
        LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        if (stopped) {
            throw new IllegalStateException("stopped in the middle of a call");
        }
        @Nullable Digest none = null;
        return Optional.of(new ImageManifest(
                Digest.of(version.getBytes(StandardCharsets.UTF_8)), "application/test+" + version, 1, none));
    }

    /** Hears nobody. */
    private static void spin() {
        while (!Boolean.getBoolean("animus.test.sure")) {
            Thread.onSpinWait();
        }
    }

    private static void hoard() {
        var hoard = new ArrayList<byte[]>();
        while (hoard.size() < Integer.MAX_VALUE) {
            hoard.add(new byte[1 << 24]);
        }
    }

    private static Thread thread() {
        var thread = new Thread(SwappedRegistry::spin, "swapped-forgotten");
        thread.setDaemon(true);
        return thread;
    }
}
