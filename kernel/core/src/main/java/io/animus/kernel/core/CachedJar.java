package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;

/**
 * The jar that Felix runs a bundle from. The framework itself hands out entries only, never the file that somebody built and
 * signed, so this knows how Felix lays out its cache: {@code bundle<id>/version<refresh>.<revision>/bundle.jar}, or in place of
 * the jar a file {@code revision.location} that says where it is. Beside the jar are {@code bundle.jar-embedded/} with nested jars
 * and {@code bundle.jar-lib/<n>/} with native libraries that Felix unpacked from it.
 */
record CachedJar(Path file) {
    private static final Pattern REVISION = Pattern.compile("version(\\d{1,9})\\.(\\d{1,9})");
    private static final String REFERENCE = "reference:";
    private static final int BUFFER = 1 << 16;

    /**
     * The jar of the newest revision of a bundle.
     *
     * @param cache of the framework
     * @throws IOException if there is none
     */
    static CachedJar of(Path cache, long bundle) throws IOException {
        try (var folders = Files.list(cache.resolve("bundle" + bundle))) {
            var newest = folders.filter(folder ->
                            REVISION.matcher(folder.getFileName().toString()).matches())
                    .max(Comparator.comparingLong(CachedJar::order))
                    .orElseThrow(() -> new IOException("bundle " + bundle + " has no revision in the cache"));
            var copy = newest.resolve("bundle.jar");
            if (Files.isRegularFile(copy)) {
                return new CachedJar(copy);
            }
            var location = Files.readString(newest.resolve("revision.location"), UTF_8);
            if (!location.startsWith(REFERENCE)) {
                throw new IOException("bundle " + bundle + " has no jar in the cache");
            }
            return new CachedJar(Path.of(URI.create(location.substring(REFERENCE.length()))));
        }
    }

    private static long order(Path revision) {
        var parts = REVISION.matcher(revision.getFileName().toString());
        return parts.matches() ? Long.parseLong(parts.group(1)) << 32 | Long.parseLong(parts.group(2)) : -1;
    }

    Digest digest() throws IOException {
        try (var in = Files.newInputStream(file)) {
            return digest(in);
        }
    }

    /** A file that Felix unpacked and that differs from what is in the jar; empty if all are the same. */
    Optional<String> findChanged() throws IOException {
        var embedded = findChanged(file.resolveSibling(file.getFileName() + "-embedded"), 0);
        return embedded.isPresent() ? embedded : findChanged(file.resolveSibling(file.getFileName() + "-lib"), 1);
    }

    /** @param ahead how many names of a path stand before the entry's own */
    private Optional<String> findChanged(Path folder, int ahead) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (var whole = new ZipFile(file.toFile());
                var files = Files.walk(folder)) {
            for (var one : files.filter(path -> !Files.isDirectory(path)).toList()) {
                var path = folder.relativize(one);
                var name = path.getNameCount() > ahead
                        ? path.subpath(ahead, path.getNameCount()).toString()
                        : "";
                var entry = whole.getEntry(name);
                if (entry == null || !isSame(one, whole.getInputStream(entry))) {
                    return Optional.of(path.toString());
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isSame(Path unpacked, InputStream entry) throws IOException {
        try (entry;
                var in = Files.newInputStream(unpacked)) {
            return digest(in).equals(digest(entry));
        }
    }

    private static Digest digest(InputStream in) throws IOException {
        var hash = Digest.sha256();
        var buffer = new byte[BUFFER];
        for (var count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            hash.update(buffer, 0, count);
        }
        return Digest.finish(hash);
    }
}
