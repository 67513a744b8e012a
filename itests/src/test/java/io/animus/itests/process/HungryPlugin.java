package io.animus.itests.process;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Runs in the hub as a plugin that allocates without end, once it is told to by a file. */
public final class HungryPlugin implements BundleActivator, Plugin {
    private static final int BITE = 2 << 20;
    private static final long BETWEEN_BITES_NS = 2_000_000;

    @Override
    public void start(BundleContext context) {
        context.registerService(Plugin.class, this, null);
    }

    @Override
    public void stop(BundleContext context) {
        // The framework takes back what it gave.
    }

    @Override
    public PluginDescriptor descriptor() {
        return new PluginDescriptor("scm", "hungry", "default");
    }

    /** With the file {@code hungry} it ends when it is interrupted, with {@code greedy} only with the hub. */
    @Override
    public PluginHealth health() {
        var eaten = new ArrayList<byte[]>();
        while (exists("greedy") || (exists("hungry") && !Thread.currentThread().isInterrupted())) {
            eaten.add(new byte[BITE]);
            LockSupport.parkNanos(BETWEEN_BITES_NS);
        }
        return eaten.isEmpty() ? PluginHealth.OK : PluginHealth.down("It has eaten " + eaten.size() + " bites.");
    }

    private static boolean exists(String file) {
        return Files.exists(Path.of(System.getProperty("karaf.data"), file));
    }
}
