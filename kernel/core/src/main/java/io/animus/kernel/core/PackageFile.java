package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.animus.api.types.Digest;
import io.animus.kernel.trust.PackageReader;
import io.animus.kernel.trust.PluginManifest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A package of a plugin in a folder, where the digest of what was agreed to may lie in a file beside it. */
record PackageFile(Path file) {
    static final String ENDING = ".animus";
    private static final String CONSENT = ".consent";
    private static final int MAX_CONSENT = 256;

    /** As {@link Plugins#bring}. Works on a copy: what was judged can't be changed before it is installed. */
    PluginManifest bring(Plugins plugins, Caller caller) throws IOException {
        var copy = Files.createTempFile("plugin-", ENDING);
        try {
            try (var from = FileChannel.open(file, READ, NOFOLLOW_LINKS);
                    var to = FileChannel.open(copy, WRITE)) {
                // One byte too many is enough to be refused.
                var size = Math.min(from.size(), PackageReader.MAX_PACKAGE + 1);
                for (long at = 0, moved = 1; at < size && moved > 0; at += moved) {
                    moved = from.transferTo(at, size - at, to);
                }
            }
            return plugins.bring(caller, copy, consent(plugins, caller));
        } finally {
            Files.delete(copy);
        }
    }

    private @Nullable Digest consent(Plugins plugins, Caller caller) throws IOException {
        var beside = file.resolveSibling(file.getFileName() + CONSENT);
        if (!Files.isRegularFile(beside, NOFOLLOW_LINKS)) {
            return null;
        }
        try (var content = Files.newInputStream(beside, NOFOLLOW_LINKS)) {
            return new Digest(new String(content.readNBytes(MAX_CONSENT), UTF_8).strip());
        } catch (IllegalArgumentException e) {
            return plugins.refuse(
                    caller, beside.getFileName() + " must hold the digest of permissions and nothing else.");
        }
    }
}
