package io.animus.plugin.executor.container;

import io.animus.api.executor.Job;
import io.animus.api.executor.JobExecutor;
import io.animus.api.executor.JobOutputs;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.LogLine;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.plugin.PluginRoutes;
import io.animus.api.types.ExternalSystemException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.camel.builder.RouteBuilder;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Runs jobs in containers of this machine, through the API that Podman and Docker share. */
@Component(
        service = {JobExecutor.class, Plugin.class},
        configurationPid = "io.animus.plugin.executor.container",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ContainerJobExecutor.Config.class, factory = true)
public final class ContainerJobExecutor implements JobExecutor, Plugin {
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int MAX_CONNECTIONS = 1024;

    /** What an operator can set. */
    @ObjectClassDefinition(name = "Executor: containers of this machine")
    public @interface Config {
        @AttributeDefinition(description = "Name of this instance")
        String instance() default "default";

        @AttributeDefinition(description = "Unix socket of the engine; empty: Podman's, else Docker's usual one")
        String socket() default "";

        @AttributeDefinition(description = "Folder for inputs and outputs of jobs; empty: jobs in Karaf's data folder")
        String work__folder() default "";

        @AttributeDefinition(description = "Whether an absent image is pulled, by digest")
        boolean pull__images() default true;

        @AttributeDefinition(description = "Engine networks by network class, each as class=network")
        String[] network__classes() default {};

        @AttributeDefinition(description = "User and group id that programs run as, joined by a colon")
        String user() default "10001:10001";

        @AttributeDefinition(
                description = "Whether each container gets user ids of its own (Podman; needs subuid ranges)")
        boolean user__namespaces() default false;

        @AttributeDefinition(description = "How long a pull may take, in seconds")
        int pull__timeout__s() default 600;

        @AttributeDefinition(description = "How long another call may take, in milliseconds")
        int call__timeout__ms() default 30_000;

        @AttributeDefinition(description = "Open files of one process")
        int open__files() default 1024;

        @AttributeDefinition(description = "Size of /tmp in bytes; counts as memory")
        long tmp__bytes() default 16 << 20;

        @AttributeDefinition(description = "Bytes of output after which a job's log is cut")
        long log__limit__bytes() default 16 << 20;

        @AttributeDefinition(description = "Bytes that one tar input may unpack to")
        long unpacked__limit__bytes() default 10L << 30;
    }

    private final PluginDescriptor descriptor;
    private final HttpClient client;
    private final ContainerEngine engine;
    private final ContainerJobs jobs;
    private final PluginRoutes routes;
    private final String dataPlane;

    @Activate
    public ContainerJobExecutor(BundleContext bundle, Config config) {
        this(
                settings(config, bundle.getProperty("karaf.data")),
                InstantSource.system(),
                route -> PluginRoutes.start(bundle, "executor-container-" + config.instance(), route));
    }

    /** Without a framework. */
    ContainerJobExecutor(Settings settings, InstantSource clock, Function<RouteBuilder, PluginRoutes> start) {
        descriptor = new PluginDescriptor("executor", "container", settings.instance());
        client = client(settings);
        engine = new ContainerEngine(
                new EngineSocket(client, settings.sockets(), settings.callTimeout()), settings.pullTimeout());
        var inputs = new JobInputs(client, settings.callTimeout(), settings.unpackedBytes());
        ContainerJobs opened = null;
        try {
            client.start();
            var statuses = new ContainerStatus(line(HOST_NAME), line(BOOT_ID));
            dataPlane = DataPlaneName.of(settings.workFolder());
            opened = new ContainerJobs(settings, engine, inputs, statuses, clock);
            routes = start.apply(new ContainerRoutes(opened, new JobLogs(engine, opened, settings.logBytes())));
        } catch (Exception e) {
            close(opened);
            throw new IllegalStateException("the container executor can't start: " + e.getMessage(), e);
        }
        jobs = opened;
    }

    private static HttpClient client(Settings settings) {
        var client = new HttpClient();
        var threads = new QueuedThreadPool();
        threads.setName("executor-container-" + settings.instance());
        threads.setDaemon(true);
        client.setExecutor(threads);
        client.setConnectTimeout(settings.callTimeout().toMillis());
        // Each followed log holds one.
        client.setMaxConnectionsPerDestination(MAX_CONNECTIONS);
        return client;
    }

    private static Settings settings(Config config, String data) {
        var sockets = config.socket().isEmpty()
                ? Stream.of("/run/podman/podman.sock", "/var/run/docker.sock")
                : Stream.of(config.socket());
        var folder = config.work__folder().isEmpty() ? Path.of(data, "jobs") : Path.of(config.work__folder());
        return new Settings(
                config.instance(),
                sockets.map(Path::of).toList(),
                folder.toAbsolutePath().normalize(),
                config.pull__images(),
                Settings.networks(config.network__classes()),
                config.user(),
                config.user__namespaces(),
                Duration.ofSeconds(config.pull__timeout__s()),
                Duration.ofMillis(config.call__timeout__ms()),
                config.open__files(),
                config.tmp__bytes(),
                config.log__limit__bytes(),
                config.unpacked__limit__bytes());
    }

    @Deactivate
    public void close() {
        try {
            routes.close();
        } finally {
            close(jobs);
        }
    }

    private void close(@Nullable ContainerJobs opened) {
        try (opened) {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the container executor does not stop", e);
        }
    }

    private static String line(Path file) throws IOException {
        return Files.readString(file).strip();
    }

    @Override
    public PluginDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public PluginHealth health() {
        try {
            engine.ping();
            var gaps = Enforcement.gaps(engine.facts());
            return gaps.isEmpty()
                    ? PluginHealth.OK
                    : PluginHealth.down("no job can run here: " + String.join("; ", gaps));
        } catch (ExternalSystemException e) {
            return PluginHealth.down(e.getMessage()
                    + "; start Docker, or install podman and runc and start: podman system service --time=0 unix://"
                    + engine.socket().path());
        }
    }

    @Override
    public String dataPlane() {
        return dataPlane;
    }

    @Override
    public JobStatus dispatch(Job job) {
        return Objects.requireNonNull(routes.request(ContainerRoutes.DISPATCH, job, JobStatus.class));
    }

    @Override
    public Optional<JobStatus> find(String dispatchId) {
        return Optional.ofNullable(routes.request(ContainerRoutes.FIND, dispatchId, JobStatus.class));
    }

    @Override
    public List<JobStatus> jobs() {
        return List.of(Objects.requireNonNull(routes.request(ContainerRoutes.JOBS, "all", JobStatus[].class)));
    }

    @Override
    public void follow(String dispatchId, long after, Consumer<LogLine> lines) {
        routes.request(ContainerRoutes.FOLLOW, new JobLogs.Follow(dispatchId, after, lines), Object.class);
    }

    @Override
    public JobOutputs outputs(String dispatchId) {
        return Objects.requireNonNull(routes.request(ContainerRoutes.OUTPUTS, dispatchId, JobOutputs.class));
    }

    @Override
    public InputStream open(String dispatchId, String path) {
        var file = new ContainerRoutes.Open(dispatchId, path);
        return Objects.requireNonNull(routes.request(ContainerRoutes.OPEN, file, ContainerRoutes.Opened.class))
                .content();
    }

    @Override
    public void cancel(String dispatchId, Duration grace) {
        routes.request(ContainerRoutes.CANCEL, new ContainerRoutes.Cancel(dispatchId, grace), Object.class);
    }

    @Override
    public void remove(String dispatchId) {
        routes.request(ContainerRoutes.REMOVE, dispatchId, Object.class);
    }
}
