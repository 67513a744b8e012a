package io.animus.kernel.rest;

import io.animus.api.types.Digest;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A package of a plugin as it came, in a file that is gone when this is closed.
 *
 * @param digest of the whole body
 */
record PluginUpload(Path file, Digest digest) implements AutoCloseable {
    private static final Set<String> MEDIA_TYPES = Set.of("application/vnd.animus.plugin", "application/zip");
    private static final long MAX_DROPPED = 8L << 20;

    /**
     * Takes the body in.
     *
     * @param most bytes that it may have
     * @throws RefusedException if it has more, or isn't a package by its media type
     */
    static PluginUpload of(HttpServletRequest request, long most) {
        try {
            var body = request.getInputStream();
            if (request.getContentLengthLong() > most) {
                throw tooLarge(body, most);
            }
            var type = String.valueOf(request.getContentType()).toLowerCase(Locale.ROOT);
            if (!MEDIA_TYPES.contains(type.strip())) {
                drop(body);
                throw RefusedException.of(
                        ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the package as application/vnd.animus.plugin.");
            }
            var file = Files.createTempFile("plugin-", ".animus");
            try {
                return new PluginUpload(file, copy(body, file, most));
            } catch (IOException | RuntimeException e) {
                Files.deleteIfExists(file);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't take the package in", e);
        }
    }

    /** The permissions that the caller agrees to, or null. */
    static @Nullable Digest consent(Call call) {
        return call.query().find("consent", "It must be sha256: and 64 lower-case hex digits.", Digest::new);
    }

    private static Digest copy(InputStream body, Path file, long most) throws IOException {
        var hash = Digest.sha256();
        try (var content = new DigestInputStream(body, hash);
                var out = Files.newOutputStream(file)) {
            if (write(content, out, most) > most) {
                throw tooLarge(body, most);
            }
        }
        return Digest.finish(hash);
    }

    private static long write(InputStream in, OutputStream out, long most) throws IOException {
        var buffer = new byte[64 << 10];
        long size = 0;
        for (var read = in.read(buffer); read >= 0 && size <= most; read = in.read(buffer)) {
            out.write(buffer, 0, read);
            size += read;
        }
        return size;
    }

    /** A client that is turned away while it still sends may not see the answer. */
    private static RefusedException tooLarge(InputStream body, long most) throws IOException {
        drop(body);
        return RefusedException.of(ProblemCode.BODY_TOO_LARGE, "A package has at most " + most + " bytes.");
    }

    private static void drop(InputStream body) throws IOException {
        write(body, OutputStream.nullOutputStream(), MAX_DROPPED);
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("can't remove " + file, e);
        }
    }
}
