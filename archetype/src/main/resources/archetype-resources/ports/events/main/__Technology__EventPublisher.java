package __package__;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.events.Destination;
import io.animus.api.events.DomainEvent;
import io.animus.api.events.EventPublisher;
import io.animus.api.events.Outcome;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.types.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Appends the events for {@code __technology__:NAME} to the file {@code NAME}, which a subscriber has made. */
@Component(
        service = {EventPublisher.class, Plugin.class},
        configurationPid = "__package__",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = __Technology__EventPublisher.Config.class, factory = true)
public final class __Technology__EventPublisher implements EventPublisher, Plugin {

    /** The configuration of one instance. In a key, DS reads two underscores as one and one as a dot. */
    @ObjectClassDefinition(name = "__Technology__", description = "Events of the hub to __technology__")
    public @interface Config {
        @AttributeDefinition(description = "Name of this instance: 1 to 63 of a-z 0-9 -")
        String instance() default "default";

        @AttributeDefinition(description = "Folder with the files")
        String folder();
    }

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,63}");

    private final PluginDescriptor descriptor;
    private final Path folder;

    @Activate
    public __Technology__EventPublisher(Config config) {
        this(config.instance(), Path.of(config.folder()));
    }

    /** For tests too. */
    __Technology__EventPublisher(String instance, Path folder) {
        this.descriptor = new PluginDescriptor("events", "__technology__", instance);
        this.folder = folder;
    }

    @Override
    public PluginDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public PluginHealth health() {
        return Files.isDirectory(folder) ? PluginHealth.OK : PluginHealth.down("there is no folder " + folder);
    }

    @Override
    public boolean serves(URI url) {
        return "__technology__".equals(url.getScheme());
    }

    @Override
    public boolean knowsSecret(String name) {
        return false;
    }

    @Override
    public synchronized Outcome publish(DomainEvent event, Destination destination) {
        var name = destination.url().getSchemeSpecificPart();
        if (destination.secret() != null) {
            return new Outcome.Refused(0, "there are no secrets here", false);
        }
        if (!serves(destination.url()) || !NAME.matcher(name).matches()) {
            return new Outcome.Refused(0, "no name of a file: " + name, false);
        }
        var line = Json.object()
                .put("id", event.id().value())
                .put("type", event.type())
                .put("subject", event.subject())
                .put("time", event.time().toString())
                .put("data", event.data())
                .build();
        try {
            Files.writeString(
                    folder.resolve(name), new String(line.canonical(), UTF_8) + "\n", StandardOpenOption.APPEND);
            return new Outcome.Delivered(0);
        } catch (IOException e) {
            return new Outcome.Postponed(0, "the file " + name + " can't be written", null);
        }
    }
}
