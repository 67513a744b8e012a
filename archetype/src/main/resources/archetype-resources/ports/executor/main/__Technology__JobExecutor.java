package __package__;

import static io.animus.api.executor.LogLine.Stream.STDOUT;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.executor.Job;
import io.animus.api.executor.JobExecutor;
import io.animus.api.executor.JobOutputs;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.LogLine;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.types.Digest;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Hands jobs to a data plane: for now to one in memory, which runs a single program, that of the image with the digest of
 * {@code hello}, and forgets all jobs when the plugin goes. Your data plane takes its place.
 */
@Component(
        service = {JobExecutor.class, Plugin.class},
        configurationPid = "__package__",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = __Technology__JobExecutor.Config.class, factory = true)
public final class __Technology__JobExecutor implements JobExecutor, Plugin {

    /** The configuration of one instance. In a key, DS reads two underscores as one and one as a dot. */
    @ObjectClassDefinition(name = "__Technology__", description = "Runs on __technology__")
    public @interface Config {
        @AttributeDefinition(description = "Name of this instance: 1 to 63 of a-z 0-9 -")
        String instance() default "default";
    }

    private final PluginDescriptor descriptor;
    private final JobExecutor plane;

    @Activate
    public __Technology__JobExecutor(Config config) {
        this(config.instance(), hello());
    }

    /** For tests too. */
    __Technology__JobExecutor(String instance, JobExecutor plane) {
        this.descriptor = new PluginDescriptor("executor", "__technology__", instance);
        this.plane = plane;
    }

    private static JobExecutor hello() {
        var plane = new InMemoryJobExecutor(InstantSource.system(), source -> null);
        plane.install(Digest.of("hello".getBytes(UTF_8)), sandbox -> {
            sandbox.print(STDOUT, "hello");
            return 0;
        });
        return plane;
    }

    @Override
    public PluginDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public PluginHealth health() {
        return PluginHealth.OK;
    }

    @Override
    public String dataPlane() {
        return plane.dataPlane();
    }

    @Override
    public JobStatus dispatch(Job job) {
        return plane.dispatch(job);
    }

    @Override
    public Optional<JobStatus> find(String dispatchId) {
        return plane.find(dispatchId);
    }

    @Override
    public List<JobStatus> jobs() {
        return plane.jobs();
    }

    @Override
    public void follow(String dispatchId, long after, Consumer<LogLine> lines) {
        plane.follow(dispatchId, after, lines);
    }

    @Override
    public JobOutputs outputs(String dispatchId) {
        return plane.outputs(dispatchId);
    }

    @Override
    public InputStream open(String dispatchId, String path) {
        return plane.open(dispatchId, path);
    }

    @Override
    public void cancel(String dispatchId, Duration grace) {
        plane.cancel(dispatchId, grace);
    }

    @Override
    public void remove(String dispatchId) {
        plane.remove(dispatchId);
    }
}
