package io.animus.plugin.scm.git;

import io.animus.api.plugin.Logins;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.plugin.PluginRoutes;
import io.animus.api.plugin.TrustedAuthorities;
import io.animus.api.scm.ScmHost;
import io.animus.api.scm.SourceArchive;
import io.animus.api.types.CommitSha;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Reads any git repository over https, ssh or file: and only those below the configured URL prefixes. Never runs hooks,
 * filters or other code of a repository, and never looks at submodules or the git configuration of the machine.
 */
@Component(
        service = {ScmHost.class, Plugin.class},
        configurationPid = "io.animus.plugin.scm.git",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = GitScmHost.Config.class, factory = true)
public final class GitScmHost implements ScmHost, Plugin {

    /** The configuration of one instance. In a key, DS reads two underscores as one and one as a dot. */
    @ObjectClassDefinition(name = "git", description = "Source from git remotes over https, ssh or file")
    public @interface Config {
        @AttributeDefinition(description = "Name of this instance: 1 to 63 of a-z 0-9 -")
        String instance() default "default";

        @AttributeDefinition(
                description = "URLs below which repositories are served; nothing else is, so none serves nothing."
                        + " https://host/team/, ssh://git@host/team/, file:///srv/git/; an http:// prefix allows http")
        String[] url__prefixes() default {};

        @AttributeDefinition(description = "File with lines of <url-prefix> <user> <password>; empty for none")
        String credentials__file() default "";

        @AttributeDefinition(
                description = "Certificate authorities of https hosts, in PEM, read at the start; empty for Java's own")
        String ca__file() default "";

        @AttributeDefinition(description = "Private ssh key without passphrase, in OpenSSH's form; empty for none")
        String ssh__key__file() default "";

        @AttributeDefinition(description = "ssh hosts to trust, in OpenSSH's form; empty trusts none")
        String known__hosts__file() default "";

        @AttributeDefinition(description = "Folder for copies of repositories; empty for the bundle's own")
        String cache__directory() default "";

        @AttributeDefinition(description = "Bytes that all copies may take together, 1 to 2^62", min = "1")
        long cache__max__bytes() default 10L << 30;

        @AttributeDefinition(description = "Bytes that the copy of one repository may take, 1 to 2^62", min = "1")
        long repository__max__bytes() default 2L << 30;

        @AttributeDefinition(description = "Bytes of one archive, 1 to 2^62", min = "1")
        long archive__max__bytes() default 4L << 30;

        @AttributeDefinition(description = "Milliseconds to connect; for ssh in whole seconds, at least 1", min = "1")
        int connect__timeout__ms() default 10_000;

        @AttributeDefinition(description = "Milliseconds of silence; for ssh in whole seconds, at least 1", min = "1")
        int read__timeout__ms() default 30_000;
    }

    private final PluginDescriptor descriptor;
    private final ServedUrls served;
    private final MirrorCache cache;
    private final long archiveMaxBytes;
    private final PluginRoutes routes;

    @Activate
    public GitScmHost(BundleContext bundle, Config config) {
        this(bundle, config, remote(config));
    }

    private GitScmHost(BundleContext bundle, Config config, GitRemote remote) {
        this(
                new PluginDescriptor("scm", "git", config.instance()),
                new ServedUrls(List.of(config.url__prefixes())),
                new MirrorCache(folder(bundle, config), config.cache__max__bytes(), remote, Clock.systemUTC()),
                remote,
                config.archive__max__bytes(),
                route -> PluginRoutes.start(bundle, "scm-git-" + config.instance(), route));
    }

    GitScmHost(
            PluginDescriptor descriptor,
            ServedUrls served,
            MirrorCache cache,
            GitRemote remote,
            long archiveMaxBytes,
            Function<GitRoute, PluginRoutes> starter) {
        IsolatedSystem.install();
        this.descriptor = descriptor;
        this.served = served;
        this.cache = cache;
        this.archiveMaxBytes = archiveMaxBytes;
        this.routes = starter.apply(new GitRoute(remote, cache));
    }

    @Deactivate
    public void close() {
        routes.close();
    }

    @Override
    public PluginDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public PluginHealth health() {
        return served.isEmpty()
                ? PluginHealth.degraded("url_prefixes is empty, so no repository is served: name what the hub may read")
                : PluginHealth.OK;
    }

    @Override
    public boolean serves(URI repository) {
        return served.serves(repository);
    }

    @Override
    public Optional<CommitSha> resolve(URI repository, String ref) {
        refuseUnserved(repository);
        var names = names(ref);
        if (names.isEmpty()) {
            return Optional.empty();
        }
        var found = refs(repository, names);
        if (found.size() > 1) {
            throw GitFailure.rejected(repository, "has both a branch and a tag " + ref + ": name it in full, refs/…");
        }
        // A tag may stand on a file or a tree, and nothing in the host's answer says so.
        return found.entrySet().stream()
                .filter(entry -> !entry.getKey().startsWith("refs/tags/") || contains(repository, entry.getValue()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    @Override
    public boolean contains(URI repository, CommitSha commit) {
        refuseUnserved(repository);
        try (var mirror = mirror(repository, commit)) {
            return mirror != null;
        }
    }

    @Override
    public SourceArchive archive(URI repository, CommitSha commit, OutputStream target) throws IOException {
        refuseUnserved(repository);
        var archive = new ArchiveTarget(target);
        try (var mirror = mirror(repository, commit)) {
            if (mirror == null) {
                throw GitFailure.rejected(repository, "has no commit " + commit);
            }
            return new TreeArchive(archive, archiveMaxBytes).write(mirror.repository(), commit);
        } catch (IOException e) {
            if (archive.failedWith(e)) {
                throw e;
            }
            if (TreeArchive.isRefusal(e)) {
                throw GitFailure.rejected(repository, "has a tree at " + commit + " that makes no safe archive", e);
            }
            cache.drop(repository);
            throw GitFailure.unavailable(repository, "has a damaged copy in the cache, which was dropped", e);
        }
    }

    @SuppressWarnings("unchecked")
    private Map<String, CommitSha> refs(URI repository, List<String> names) {
        var found = routes.request(GitRoute.REFS, new GitRoute.Refs(repository, names), Map.class);
        return found == null ? Map.of() : found;
    }

    private @Nullable Mirror mirror(URI repository, CommitSha commit) {
        if (commit.value().length() != 40) {
            throw GitFailure.rejected(repository, "was asked for a SHA-256 commit; only SHA-1 repositories are read");
        }
        return routes.request(GitRoute.MIRROR, new GitRoute.Wanted(repository, commit), Mirror.class);
    }

    private void refuseUnserved(URI repository) {
        if (!served.serves(repository)) {
            throw GitFailure.rejected(repository, "is not below any of url_prefixes");
        }
    }

    private static List<String> names(String ref) {
        var names = ref.startsWith("refs/") ? List.of(ref) : List.of("refs/heads/" + ref, "refs/tags/" + ref);
        return names.stream().filter(Repository::isValidRefName).toList();
    }

    private static GitRemote remote(Config config) {
        return new GitRemote(
                new GitAccess(
                        Logins.of(config.credentials__file()),
                        TrustedAuthorities.of(config.ca__file()),
                        file(config.ssh__key__file()),
                        file(config.known__hosts__file())),
                Duration.ofMillis(config.connect__timeout__ms()),
                Duration.ofMillis(config.read__timeout__ms()),
                config.repository__max__bytes());
    }

    private static Path folder(BundleContext bundle, Config config) {
        return config.cache__directory().isEmpty()
                ? bundle.getDataFile("mirrors-" + config.instance()).toPath()
                : Path.of(config.cache__directory());
    }

    private static @Nullable Path file(String name) {
        return name.isEmpty() ? null : Path.of(name);
    }
}
