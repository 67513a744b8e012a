package __package__;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.AuditSink;
import io.animus.api.audit.Receipt;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Appends each entry as one line of canonical JSON to {@code audit.jsonl}. */
@Component(
        service = {AuditSink.class, Plugin.class},
        configurationPid = "__package__",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = __Technology__AuditSink.Config.class, factory = true)
public final class __Technology__AuditSink implements AuditSink, Plugin {

    /** The configuration of one instance. In a key, DS reads two underscores as one and one as a dot. */
    @ObjectClassDefinition(name = "__Technology__", description = "The audit log to __technology__")
    public @interface Config {
        @AttributeDefinition(description = "Name of this instance: 1 to 63 of a-z 0-9 -")
        String instance() default "default";

        @AttributeDefinition(description = "Folder of the file")
        String folder();
    }

    private final PluginDescriptor descriptor;
    private final Path folder;

    @Activate
    public __Technology__AuditSink(Config config) {
        this(config.instance(), Path.of(config.folder()));
    }

    /** For tests too. */
    __Technology__AuditSink(String instance, Path folder) {
        this.descriptor = new PluginDescriptor("audit", "__technology__", instance);
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
    public boolean acknowledges() {
        return true;
    }

    @Override
    public Receipt deliver(List<AuditEntry> batch) {
        var lines = new ByteArrayOutputStream();
        for (var entry : batch) {
            lines.writeBytes(entry.event().canonical());
            lines.write('\n');
        }
        var left = ByteBuffer.wrap(lines.toByteArray());
        try (var file = FileChannel.open(
                folder.resolve("audit.jsonl"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (left.hasRemaining()) {
                file.write(left);
            }
            file.force(false);
            return Receipt.all(batch);
        } catch (IOException e) {
            throw new ExternalSystemException(Reason.UNAVAILABLE, "can't write to " + folder, e);
        }
    }
}
