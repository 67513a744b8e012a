package io.animus.kernel.core;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.trust.BrokenPackageException;
import io.animus.kernel.trust.PackageReader;
import io.animus.kernel.trust.PluginPackage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node keeps of its plugins: the packages by digest, which ones are wanted ({@code installed.json}, of which a crash
 * leaves the old one or the new one), and for the guard the manifests and signatures of those ({@code verified/}).
 */
final class PluginFolder {
    private static final Logger LOG = LoggerFactory.getLogger(PluginFolder.class);

    private final Path folder;

    PluginFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * What is wanted of a plugin.
     *
     * @param plugin null if it is the archive's
     */
    record Wanted(boolean enabled, @Nullable PluginPackage plugin) {
        @Nullable Digest digest() {
            return plugin == null ? null : plugin.manifest().digest();
        }
    }

    /** Keeps a package; it is wanted only once {@link #write} says so. */
    PluginPackage keep(PluginPackage plugin) throws IOException {
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
        verified(plugin);
        return plugin.in(kept);
    }

    private void verified(PluginPackage plugin) throws IOException {
        var note = plugin.signature();
        var content = Json.object()
                .put("manifest", plugin.manifest().json())
                .putIfPresent("signature", note == null ? null : note.format())
                .build();
        replace(verified(plugin.manifest().fileName()), content.canonical());
    }

    private Path verified(String packageName) {
        return folder.resolve("verified").resolve(packageName.replaceFirst("\\.animus$", ".json"));
    }

    /** What is wanted, by name. A package that is lost or was changed is left out, and logged: nothing unknown is started. */
    SortedMap<String, Wanted> read() throws IOException {
        var wanted = new TreeMap<String, Wanted>();
        var list = folder.resolve("installed.json");
        if (!Files.exists(list)) {
            return wanted;
        }
        if (!(Json.read(Files.readAllBytes(list)) instanceof Json.Members plugins)) {
            throw new IOException(list + " is no JSON object");
        }
        for (var entry : plugins.members().entrySet()) {
            var values = entry.getValue() instanceof Json.Members members ? members : plugins;
            var enabled = Json.of(true).equals(values.members().get("enabled"));
            if (!(values.members().get("package") instanceof Json.Text digest)) {
                wanted.put(entry.getKey(), new Wanted(enabled, null));
                continue;
            }
            try {
                var plugin = PackageReader.read(file(new Digest(digest.value())));
                if (plugin.manifest().digest().value().equals(digest.value())) {
                    wanted.put(entry.getKey(), new Wanted(enabled, plugin));
                } else {
                    LOG.error("the package of {} was replaced by another one; it is not started", entry.getKey());
                }
            } catch (BrokenPackageException | IOException e) {
                LOG.error("the package of {} can't be read, so it is not started: {}", entry.getKey(), e.getMessage());
            }
        }
        return wanted;
    }

    /** From here on this is wanted. */
    void write(SortedMap<String, Wanted> wanted) throws IOException {
        var plugins = Json.object();
        wanted.forEach((name, one) -> {
            var digest = one.digest();
            plugins.put(
                    name,
                    Json.object()
                            .put("enabled", one.enabled())
                            .putIfPresent("package", digest == null ? null : digest.value())
                            .build());
        });
        replace(folder.resolve("installed.json"), plugins.build().canonical());
    }

    /** Removes the packages that nobody wants any more. */
    void sweep(SortedMap<String, Wanted> wanted) throws IOException {
        var keep = new HashSet<Path>();
        for (var one : wanted.values()) {
            var plugin = one.plugin();
            if (plugin != null) {
                keep.add(file(plugin.manifest().digest()));
                keep.add(verified(plugin.manifest().fileName()));
            }
        }
        for (var sub : Set.of("packages", "verified")) {
            if (Files.isDirectory(folder.resolve(sub))) {
                try (var files = Files.newDirectoryStream(folder.resolve(sub))) {
                    for (var file : files) {
                        if (!keep.contains(file)) {
                            Files.deleteIfExists(file);
                        }
                    }
                }
            }
        }
    }

    private Path file(Digest digest) {
        return folder.resolve("packages").resolve(digest.hex() + ".animus");
    }

    private static void replace(Path file, byte[] content) throws IOException {
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
