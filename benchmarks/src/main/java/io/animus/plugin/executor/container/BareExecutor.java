package io.animus.plugin.executor.container;

import io.animus.api.executor.JobExecutor;
import io.animus.api.plugin.PluginRoutes;
import java.io.Closeable;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** The plugin without a framework around it, with the limits that it comes with. */
public final class BareExecutor implements Closeable {
    private final ContainerJobExecutor executor;

    /** One that speaks to the engine at {@code socket} and keeps its jobs in {@code workFolder}. */
    public BareExecutor(Path socket, Path workFolder) {
        var settings = new Settings(
                "bench",
                List.of(socket),
                workFolder,
                false,
                Map.of(),
                "10001:10001",
                false,
                Duration.ofMinutes(10),
                Duration.ofSeconds(30),
                1024,
                16 << 20,
                16 << 20,
                10L << 30);
        executor = new ContainerJobExecutor(settings, InstantSource.system(), PluginRoutes::start);
    }

    public JobExecutor executor() {
        return executor;
    }

    @Override
    public void close() {
        executor.close();
    }
}
