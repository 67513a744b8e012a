package io.animus.kernel.core;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.UnavailableException;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.SystemRole;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Installs the packages that came with the archive, each once in the life of the hub's data: what the operator removes or updates
 * later stays so. One that is refused is tried again at the next start.
 */
@Component(service = ArchivePackages.class, immediate = true)
public final class ArchivePackages {
    private static final Logger LOG = LoggerFactory.getLogger(ArchivePackages.class);
    private static final Principal PRINCIPAL = new Principal(Principal.Kind.SYSTEM, "archive");
    private static final long BETWEEN_LOOKS_MS = 1000;

    private final Plugins plugins;
    private final Path folder;
    private final Path brought;
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(ArchivePackages::thread);
    private final Set<Path> over = new HashSet<>();
    private String trouble = "";

    @Activate
    public ArchivePackages(BundleContext bundle, @Reference(name = "plugins") Plugins plugins) {
        this(
                plugins,
                Path.of(Objects.requireNonNull(bundle.getProperty("karaf.home"), "karaf.home"))
                        .resolve("packages"),
                Path.of(Objects.requireNonNull(bundle.getProperty("karaf.data"), "karaf.data"))
                        .resolve("plugins"));
        looks.execute(this::lookUntilDone);
    }

    /**
     * Looks only when it is told to.
     *
     * @param data of this hub's plugins
     */
    ArchivePackages(Plugins plugins, Path folder, Path data) {
        this.plugins = plugins;
        this.folder = folder;
        this.brought = data.resolve("brought.json");
    }

    @Deactivate
    void close() {
        looks.shutdownNow();
    }

    /** The outermost edge of this thread: what can't be done now is tried again in a second. */
    private void lookUntilDone() {
        try {
            if (look()) {
                return;
            }
        } catch (IOException | RuntimeException e) {
            var what = String.valueOf(e.getMessage());
            if (!what.equals(trouble) && !looks.isShutdown()) {
                LOG.warn("Not all packages of the archive can be installed now: {}", what);
                trouble = what;
            }
        }
        try {
            looks.schedule(this::lookUntilDone, BETWEEN_LOOKS_MS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("The hub stops; the next start looks again");
        }
    }

    /**
     * Installs what was never installed here. One call at a time.
     *
     * @return whether nothing is left to be tried before the next start
     */
    boolean look() throws IOException {
        var known = known();
        IOException unreadable = null;
        for (var file : files()) {
            if (over.contains(file)) {
                continue;
            }
            if (!plugins.isAtRest()) {
                return false;
            }
            try {
                bring(file, known);
            } catch (IOException e) {
                unreadable = e;
            }
        }
        if (unreadable != null) {
            throw unreadable;
        }
        return true;
    }

    private void bring(Path file, Set<String> known) throws IOException {
        var digest = digest(file);
        if (!known.contains(digest) && bring(file)) {
            known.add(digest);
            remember(known);
        }
        over.add(file);
    }

    private boolean bring(Path file) throws IOException {
        var name = file.getFileName().toString();
        var caller = new Caller(
                PRINCIPAL,
                PRINCIPAL.id(),
                Set.of(SystemRole.PLATFORM_ADMIN),
                null,
                "bringPackage",
                RequestContext.received(name, null, null, null));
        try {
            var taken = new PackageFile(file).bring(plugins, caller);
            LOG.info("{} of the archive is installed: {} {}", name, taken.name(), taken.version());
            return true;
        } catch (UnavailableException | UncheckedIOException e) {
            // Nobody knows yet what becomes of it.
            throw e;
        } catch (RefusedException e) {
            LOG.error(
                    "{} of the archive is not installed: {}",
                    name,
                    String.join(
                            " ", e.violations().stream().map(Violation::detail).toList()));
            return false;
        } catch (RuntimeException e) {
            over.add(file);
            throw e;
        }
    }

    private List<Path> files() throws IOException {
        var files = new ArrayList<Path>();
        if (Files.isDirectory(folder)) {
            try (var found = Files.newDirectoryStream(folder, "*" + PackageFile.ENDING)) {
                found.forEach(files::add);
            }
        }
        files.sort(null);
        return files;
    }

    private static String digest(Path file) throws IOException {
        var hash = Digest.sha256();
        try (var content = new DigestInputStream(Files.newInputStream(file), hash)) {
            content.transferTo(OutputStream.nullOutputStream());
        }
        return Digest.finish(hash).value();
    }

    /** Digests of the files that were installed once. */
    private TreeSet<String> known() throws IOException {
        var known = new TreeSet<String>();
        if (Files.exists(brought)) {
            if (!(Json.read(Files.readAllBytes(brought)) instanceof Json.Sequence digests)) {
                throw new IOException(brought + " is no list of packages");
            }
            digests.items().forEach(digest -> known.add(((Json.Text) digest).value()));
        }
        return known;
    }

    private void remember(Set<String> known) throws IOException {
        PluginFolder.replace(brought, Json.texts(known.stream().toList()).canonical());
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "animus-archive-packages");
        thread.setDaemon(true);
        return thread;
    }
}
