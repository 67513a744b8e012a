package __package__;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import io.animus.api.types.ImageReference;
import io.animus.api.types.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Manifests as files: {@code __technology__/hub/sample:1} is the file {@code hub/sample/1}, in canonical JSON. */
@Component(
        service = {ImageRegistry.class, Plugin.class},
        configurationPid = "__package__",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = __Technology__ImageRegistry.Config.class, factory = true)
public final class __Technology__ImageRegistry implements ImageRegistry, Plugin {

    /** The configuration of one instance. In a key, DS reads two underscores as one and one as a dot. */
    @ObjectClassDefinition(name = "__Technology__", description = "Container images from __technology__")
    public @interface Config {
        @AttributeDefinition(description = "Name of this instance: 1 to 63 of a-z 0-9 -")
        String instance() default "default";

        @AttributeDefinition(description = "Folder with the manifests")
        String folder();
    }

    private final PluginDescriptor descriptor;
    private final Path folder;

    @Activate
    public __Technology__ImageRegistry(Config config) {
        this(config.instance(), Path.of(config.folder()));
    }

    /** For tests too. */
    __Technology__ImageRegistry(String instance, Path folder) {
        this.descriptor = new PluginDescriptor("registry", "__technology__", instance);
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
    public boolean serves(ImageReference reference) {
        return reference.registry().equals("__technology__");
    }

    @Override
    public Optional<ImageManifest> find(ImageReference reference) {
        if (!serves(reference)) {
            throw new ExternalSystemException(Reason.REJECTED, reference.registry() + " is another registry");
        }
        var repository = folder.resolve(reference.repository());
        var tag = reference.tag();
        try {
            if (!Files.isDirectory(repository)) {
                return Optional.empty();
            }
            if (reference.pinned().isPresent()) {
                return pinned(repository, reference.pinned().get());
            }
            return tag == null || !Files.isRegularFile(repository.resolve(tag))
                    ? Optional.empty()
                    : Optional.of(manifest(Files.readAllBytes(repository.resolve(tag))));
        } catch (IOException e) {
            throw new ExternalSystemException(Reason.UNAVAILABLE, "can't read " + reference.repository(), e);
        }
    }

    private static Optional<ImageManifest> pinned(Path repository, Digest digest) throws IOException {
        try (var files = Files.newDirectoryStream(repository, Files::isRegularFile)) {
            for (var file : files) {
                var content = Files.readAllBytes(file);
                if (Digest.of(content).equals(digest)) {
                    return Optional.of(manifest(content));
                }
            }
        }
        return Optional.empty();
    }

    private static ImageManifest manifest(byte[] content) {
        try {
            var all = Json.read(content);
            var type = text(all, "mediaType");
            if (type == null) {
                throw new IllegalArgumentException("it has no mediaType");
            }
            var config = all instanceof Json.Members members
                    ? members.find("config").map(found -> text(found, "digest")).orElse(null)
                    : null;
            return new ImageManifest(
                    Digest.of(content), type, content.length, config == null ? null : new Digest(config));
        } catch (IllegalArgumentException e) {
            throw new ExternalSystemException(Reason.REJECTED, "no manifest: " + e.getMessage(), e);
        }
    }

    private static @Nullable String text(Json of, String name) {
        return of instanceof Json.Members members && members.find(name).orElse(Json.NULL) instanceof Json.Text text
                ? text.value()
                : null;
    }
}
