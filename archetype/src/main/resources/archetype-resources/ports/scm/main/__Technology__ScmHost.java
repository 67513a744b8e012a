package __package__;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.scm.ScmHost;
import io.animus.api.scm.SourceArchive;
import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Repositories as folders: {@code __technology__:///NAME} is the folder NAME with a file for each ref, {@code refs/heads/main} for
 * example, that holds the name of a commit, and a file {@code commits/SHA.tar} for each commit.
 */
@Component(
        service = {ScmHost.class, Plugin.class},
        configurationPid = "__package__",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = __Technology__ScmHost.Config.class, factory = true)
public final class __Technology__ScmHost implements ScmHost, Plugin {

    /** The configuration of one instance. In a key, DS reads two underscores as one and one as a dot. */
    @ObjectClassDefinition(name = "__Technology__", description = "Source from __technology__")
    public @interface Config {
        @AttributeDefinition(description = "Name of this instance: 1 to 63 of a-z 0-9 -")
        String instance() default "default";

        @AttributeDefinition(description = "Folder with the repositories")
        String folder();
    }

    private static final Pattern NAME = Pattern.compile("/[a-z0-9-]{1,63}");
    private static final Pattern REF = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*");

    private final PluginDescriptor descriptor;
    private final Path folder;

    @Activate
    public __Technology__ScmHost(Config config) {
        this(config.instance(), Path.of(config.folder()));
    }

    /** For tests too. */
    __Technology__ScmHost(String instance, Path folder) {
        this.descriptor = new PluginDescriptor("scm", "__technology__", instance);
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
    public boolean serves(URI repository) {
        return "__technology__".equals(repository.getScheme());
    }

    @Override
    public Optional<CommitSha> resolve(URI repository, String ref) {
        var home = home(repository);
        if (!REF.matcher(ref).matches() || ref.contains("..")) {
            return Optional.empty();
        }
        for (var prefix : new String[] {"", "refs/heads/", "refs/tags/"}) {
            var file = home.resolve(prefix + ref);
            if ((prefix + ref).startsWith("refs/") && Files.isRegularFile(file)) {
                return Optional.of(commit(file));
            }
        }
        return Optional.empty();
    }

    @Override
    public boolean contains(URI repository, CommitSha commit) {
        return Files.isRegularFile(archive(repository, commit));
    }

    @Override
    public SourceArchive archive(URI repository, CommitSha commit, OutputStream target) throws IOException {
        if (!contains(repository, commit)) {
            throw new ExternalSystemException(Reason.REJECTED, "no commit " + commit + " in " + repository);
        }
        var hash = Digest.sha256();
        var size = 0L;
        var buffer = new byte[64 * 1024];
        try (var source = Files.newInputStream(archive(repository, commit))) {
            for (var read = source.read(buffer); read >= 0; read = source.read(buffer)) {
                target.write(buffer, 0, read);
                hash.update(buffer, 0, read);
                size += read;
            }
        }
        return new SourceArchive(commit, Digest.finish(hash), size);
    }

    private Path archive(URI repository, CommitSha commit) {
        return home(repository).resolve("commits").resolve(commit.value() + ".tar");
    }

    private Path home(URI repository) {
        var name = Optional.ofNullable(repository.getPath()).orElse("");
        if (!serves(repository) || !NAME.matcher(name).matches() || !Files.isDirectory(folder.resolve(name.substring(1)))) {
            throw new ExternalSystemException(Reason.REJECTED, "no repository " + repository);
        }
        return folder.resolve(name.substring(1));
    }

    private static CommitSha commit(Path ref) {
        try {
            return new CommitSha(Files.readString(ref).strip());
        } catch (IOException e) {
            throw new ExternalSystemException(Reason.UNAVAILABLE, "can't read " + ref.getFileName(), e);
        }
    }
}
