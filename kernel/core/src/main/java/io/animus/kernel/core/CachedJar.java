package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.regex.Pattern;

/**
 * The jar that Felix runs a bundle from. The framework itself hands out entries only, never the file that somebody built and
 * signed, so this knows how Felix lays out its cache: {@code bundle<id>/version<refresh>.<revision>/bundle.jar}, or in place of
 * the jar a file {@code revision.location} that says where it is.
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

    private static Digest digest(InputStream in) throws IOException {
        var hash = Digest.sha256();
        var buffer = new byte[BUFFER];
        for (var count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            hash.update(buffer, 0, count);
        }
        return Digest.finish(hash);
    }
}
