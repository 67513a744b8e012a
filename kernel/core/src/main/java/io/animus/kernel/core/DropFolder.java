package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.UnavailableException;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.trust.PluginManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes packages of plugins from a folder, where nobody has to speak to the API. A file is taken once it has not changed from one
 * look to the next, and is marked with what became of it: {@code .installed}, or {@code .refused} and the reasons in a text beside
 * it. Of several hubs that share the folder one at a time looks into it, and each package is taken by one of them.
 */
@Component(service = DropFolder.class, immediate = true, configurationPid = "io.animus.plugins.drop")
@Designate(ocd = DropFolder.Config.class)
public final class DropFolder {
    private static final Logger LOG = LoggerFactory.getLogger(DropFolder.class);
    private static final Principal PRINCIPAL = new Principal(Principal.Kind.SYSTEM, "drop-folder");
    /** What people who know other systems put into such a folder. */
    private static final Set<String> TAKEN_FOR_PACKAGES = Set.of(".jar", ".kar");

    private static final int MOST_FILES = 1000;

    private final Plugins plugins;
    private final Path folder;
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(DropFolder::thread);
    private Map<Path, Seen> seen = new HashMap<>();
    private String trouble = "";

    /** Where packages can be dropped. */
    @ObjectClassDefinition(name = "Drop folder of plugins")
    public @interface Config {
        @AttributeDefinition(description = "Whether packages are taken from the folder")
        boolean enabled() default true;

        @AttributeDefinition(description = "Folder; by default drop in the hub's data folder")
        String folder() default "";

        @AttributeDefinition(description = "Seconds from one look into the folder to the next", min = "1", max = "3600")
        int look__s() default 5;
    }

    /**
     * A file as it was when it was last looked at.
     *
     * @param isOver whether it was taken, and only could not be marked
     */
    private record Seen(long size, FileTime changed, boolean isOver) {
        boolean isSame(BasicFileAttributes now) {
            return size == now.size() && changed.equals(now.lastModifiedTime());
        }
    }

    @Activate
    public DropFolder(BundleContext bundle, @Reference(name = "plugins") Plugins plugins, Config config) {
        this(
                plugins,
                config.folder().isEmpty()
                        ? Path.of(Objects.requireNonNull(bundle.getProperty("karaf.data"), "karaf.data"))
                                .resolve("drop")
                        : Path.of(config.folder()));
        if (config.look__s() < 1 || config.look__s() > 3600) {
            throw new IllegalArgumentException("look_s must be 1 to 3600");
        }
        if (config.enabled()) {
            looks.scheduleWithFixedDelay(this::look, 0, config.look__s(), TimeUnit.SECONDS);
        }
    }

    DropFolder(Plugins plugins, Path folder) {
        this.plugins = plugins;
        this.folder = folder;
    }

    @Deactivate
    void close() throws InterruptedException {
        looks.shutdownNow();
        looks.awaitTermination(10, TimeUnit.SECONDS);
    }

    /** The outermost edge of this thread: nothing may end the looks. One call at a time. */
    void look() {
        try {
            takeWhatIsThere();
            trouble = "";
        } catch (IOException | RuntimeException e) {
            var what = String.valueOf(e.getMessage());
            if (!what.equals(trouble) && !looks.isShutdown()) {
                LOG.warn("Not everything can be taken from {} now: {}", folder, what, e);
                trouble = what;
            }
        }
    }

    private void takeWhatIsThere() throws IOException {
        prepare();
        try (var channel = FileChannel.open(folder.resolve(".lock"), CREATE, WRITE);
                var lock = lock(channel)) {
            if (lock == null) {
                return;
            }
            var before = seen;
            var now = list();
            seen = new HashMap<>();
            now.forEach((file, attributes) -> seen.put(file, seen(before.get(file), attributes)));
            IOException unreadable = null;
            for (var one : now.entrySet()) {
                var known = before.get(one.getKey());
                if (known != null && known.isSame(one.getValue()) && !known.isOver() && plugins.isAtRest()) {
                    try {
                        take(one.getKey(), one.getValue());
                    } catch (IOException e) {
                        unreadable = e;
                    }
                }
            }
            if (unreadable != null) {
                throw unreadable;
            }
        }
    }

    private static Seen seen(@Nullable Seen before, BasicFileAttributes now) {
        return new Seen(now.size(), now.lastModifiedTime(), before != null && before.isSame(now) && before.isOver());
    }

    private void prepare() throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        // Who can write here decides like an administrator, though only over what publishers have signed.
        if (Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException("everybody can write to it; take that right away (chmod o-w)");
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private TreeMap<Path, BasicFileAttributes> list() throws IOException {
        var found = new TreeMap<Path, BasicFileAttributes>();
        try (var files = Files.newDirectoryStream(folder, DropFolder::isMeant)) {
            for (var file : files) {
                if (found.size() < MOST_FILES) {
                    found.put(file, Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS));
                }
            }
        }
        return found;
    }

    private static boolean isMeant(Path file) {
        var name = file.getFileName().toString();
        return !name.startsWith(".") && (name.endsWith(PackageFile.ENDING) || isTakenForPackage(name));
    }

    private static boolean isTakenForPackage(String name) {
        return TAKEN_FOR_PACKAGES.stream().anyMatch(name::endsWith);
    }

    private void take(Path file, BasicFileAttributes attributes) throws IOException {
        var name = file.getFileName().toString();
        var caller = new Caller(
                PRINCIPAL,
                PRINCIPAL.id(),
                Set.of(SystemRole.PLATFORM_ADMIN),
                null,
                "dropPlugin",
                RequestContext.received(name, null, null, null));
        try {
            var taken = attributes.isRegularFile() && !isTakenForPackage(name)
                    ? new PackageFile(file).bring(plugins, caller)
                    : plugins.<PluginManifest>refuse(
                            caller, "This is no package: only files *" + PackageFile.ENDING + " are taken from here.");
            over(file, attributes);
            mark(file, ".installed");
            LOG.info("{} is installed: {} {}", name, taken.name(), taken.version());
        } catch (UnavailableException | UncheckedIOException e) {
            // Nobody knows yet what becomes of it: the next look tries again.
            throw e;
        } catch (RefusedException e) {
            over(file, attributes);
            var reasons = e.violations().stream().map(Violation::detail).toList();
            LOG.warn("{} is not installed: {}", name, String.join(" ", reasons));
            Files.write(file.resolveSibling(name + ".refused.txt"), reasons, UTF_8);
            mark(file, ".refused");
        } catch (RuntimeException e) {
            over(file, attributes);
            throw e;
        }
    }

    /** What was taken is not taken again before it is another file, even if it can't be marked. */
    private void over(Path file, BasicFileAttributes attributes) {
        seen.put(file, new Seen(attributes.size(), attributes.lastModifiedTime(), true));
    }

    private void mark(Path file, String mark) throws IOException {
        Files.move(file, file.resolveSibling(file.getFileName() + mark), ATOMIC_MOVE);
        seen.remove(file);
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "animus-drop-folder");
        thread.setDaemon(true);
        return thread;
    }
}
