package io.animus.kernel.core;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.trust.BrokenPackageException;
import io.animus.kernel.trust.PackageReader;
import io.animus.kernel.trust.PluginPackage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What this node keeps of its plugins: the packages by digest, and which ones are wanted ({@code installed.json}, of which a crash
 * leaves the old one or the new one). Safe for many threads.
 */
final class PluginFolder {
    private final Path folder;
    private final List<Finding> lost = new ArrayList<>();
    private volatile State state;

    /** Reads what is there. */
    PluginFolder(Path folder) throws IOException {
        this.folder = folder;
        this.state = read();
    }

    /**
     * What the file says.
     *
     * @param unrecorded what was decided last, if nobody has seen yet that it is in the log
     */
    record State(SortedMap<String, Wanted> wanted, @Nullable Decision unrecorded) {
        State {
            wanted = Collections.unmodifiableSortedMap(new TreeMap<>(wanted));
        }
    }

    /**
     * What is wanted of a plugin.
     *
     * @param digest of the package; null if the plugin is the archive's
     * @param plugin that package; null too if it can't be read
     */
    record Wanted(boolean enabled, @Nullable Digest digest, @Nullable PluginPackage plugin) {
        /** What is wanted of a plugin of which nobody ever said anything. */
        static final Wanted OF_THE_ARCHIVE = new Wanted(true, null);

        Wanted(boolean enabled, @Nullable PluginPackage plugin) {
            this(enabled, plugin == null ? null : plugin.manifest().digest(), plugin);
        }

        Wanted enabled(boolean isEnabled) {
            return new Wanted(isEnabled, digest, plugin);
        }

        boolean isOfArchive() {
            return digest == null;
        }
    }

    /** Whose packages were found lost or changed. */
    List<Finding> lost() {
        return List.copyOf(lost);
    }

    /** What is wanted, by name. */
    SortedMap<String, Wanted> wanted() {
        return state.wanted();
    }

    Optional<Decision> unrecorded() {
        return Optional.ofNullable(state.unrecorded());
    }

    /**
     * From here on this is wanted of a plugin.
     *
     * @param next null if the plugin isn't wanted any more
     * @return how it was before
     */
    synchronized State decide(@Nullable Wanted next, Decision decision) throws IOException {
        var before = state;
        var wanted = new TreeMap<>(before.wanted());
        if (next == null) {
            wanted.remove(decision.plugin());
        } else {
            wanted.put(decision.plugin(), next);
        }
        write(new State(wanted, decision));
        return before;
    }

    synchronized void remember(@Nullable Decision unrecorded) throws IOException {
        write(new State(state.wanted(), unrecorded));
    }

    /** From here on everything is wanted as it was. */
    synchronized void restore(State before) throws IOException {
        write(before);
    }

    /** A package that is written to the disk while its plugin is tried. */
    static final class Keeping implements AutoCloseable {
        private final CompletableFuture<PluginPackage> copy;

        private Keeping(CompletableFuture<PluginPackage> copy) {
            this.copy = copy;
        }

        /**
         * Waits until it is on the disk.
         *
         * @throws IOException if it can't be kept
         */
        PluginPackage kept() throws IOException {
            try {
                return copy.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof UncheckedIOException failure) {
                    throw new IOException("a package can't be kept: " + failure.getMessage(), failure);
                }
                throw e;
            }
        }

        /** Waits until nothing is written any more. */
        @Override
        public void close() {
            copy.handle((kept, failure) -> failure == null).join();
        }
    }

    /** Begins to keep a package; it may be wanted, by {@link #decide}, only once it is on the disk. */
    Keeping keep(PluginPackage plugin) {
        return new Keeping(CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return copy(plugin);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                PluginFolder::run));
    }

    private static void run(Runnable work) {
        var thread = new Thread(work, "animus-plugin-keep");
        thread.setDaemon(true);
        thread.start();
    }

    private PluginPackage copy(PluginPackage plugin) throws IOException {
        var kept = file(plugin.manifest().digest());
        Files.createDirectories(kept.getParent());
        var half = kept.resolveSibling(kept.getFileName() + ".half");
        try (var from = FileChannel.open(plugin.file());
                var to = FileChannel.open(
                        half,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            for (var at = 0L; at < from.size(); ) {
                at += from.transferTo(at, from.size() - at, to);
            }
            to.force(true);
        }
        Files.move(half, kept, ATOMIC_MOVE);
        return plugin.in(kept);
    }

    private State read() throws IOException {
        var wanted = new TreeMap<String, Wanted>();
        var list = folder.resolve("installed.json");
        if (!Files.exists(list)) {
            return new State(wanted, null);
        }
        if (!(Json.read(Files.readAllBytes(list)) instanceof Json.Members all)
                || !(all.members().get("plugins") instanceof Json.Members plugins)) {
            throw new IOException(list + " is no list of plugins");
        }
        for (var entry : plugins.members().entrySet()) {
            if (entry.getValue() instanceof Json.Members values) {
                wanted.put(entry.getKey(), read(entry.getKey(), values));
            }
        }
        var unrecorded = all.members().get("unrecorded") instanceof Json.Members left ? Decision.of(left) : null;
        return new State(wanted, unrecorded);
    }

    /** A package that is lost or was changed stays wanted as it was, but nothing unknown is started in its place. */
    private Wanted read(String name, Json.Members values) {
        var enabled = Json.of(true).equals(values.members().get("enabled"));
        if (!(values.members().get("package") instanceof Json.Text text)) {
            return new Wanted(enabled, null);
        }
        var digest = new Digest(text.value());
        try {
            var plugin = PackageReader.read(file(digest));
            if (plugin.manifest().digest().equals(digest)) {
                return new Wanted(enabled, plugin);
            }
            lost.add(lost(name, digest, "Its package was replaced by another one."));
        } catch (BrokenPackageException | IOException e) {
            lost.add(lost(name, digest, "Its package can't be read: " + e.getMessage()));
        }
        return new Wanted(enabled, digest, null);
    }

    private static Finding lost(String name, Digest digest, String reason) {
        return new Finding(name, "", digest, List.of(reason), null);
    }

    private void write(State next) throws IOException {
        var plugins = Json.object();
        next.wanted().forEach((name, one) -> {
            var digest = one.digest();
            plugins.put(
                    name,
                    Json.object()
                            .put("enabled", one.enabled())
                            .putIfPresent("package", digest == null ? null : digest.value())
                            .build());
        });
        var unrecorded = next.unrecorded();
        var content = Json.object()
                .put("plugins", plugins.build())
                .putIfPresent("unrecorded", unrecorded == null ? null : unrecorded.json())
                .build();
        replace(folder.resolve("installed.json"), content.canonical());
        state = next;
    }

    /** Removes the packages that nobody wants any more. */
    void sweep() throws IOException {
        var keep = new HashSet<Path>();
        for (var one : wanted().values()) {
            var digest = one.digest();
            if (digest != null) {
                keep.add(file(digest));
            }
        }
        var packages = folder.resolve("packages");
        if (Files.isDirectory(packages)) {
            try (var files = Files.newDirectoryStream(packages)) {
                for (var file : files) {
                    if (!keep.contains(file)) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        }
    }

    private Path file(Digest digest) {
        return folder.resolve("packages").resolve(digest.hex() + ".animus");
    }

    static void replace(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        var half = file.resolveSibling(file.getFileName() + ".half");
        try (var out = FileChannel.open(
                half, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(half, file, ATOMIC_MOVE);
    }
}
