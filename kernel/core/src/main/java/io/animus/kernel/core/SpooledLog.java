package io.animus.kernel.core;

import io.animus.api.types.Digest;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A log on its way into the object store, which wants to know size and digest first. Most logs are short and stay in memory; a
 * longer one goes into a temporary file. Closing forgets it. Not safe for several threads at once.
 */
final class SpooledLog extends OutputStream {
    /** The most bytes in memory: as many workers as there are may keep one each. */
    static final int IN_MEMORY = 64 * 1024;

    private final MessageDigest sha256 = Digest.sha256();
    private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private OutputStream out = memory;
    private final @Nullable Path folder;
    private @Nullable Path file;
    private long size;
    private volatile boolean isClosed;

    SpooledLog() {
        this(null);
    }

    /** @param folder for what is long; null for that of the system */
    SpooledLog(@Nullable Path folder) {
        this.folder = folder;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        if (isClosed) {
            // A call that goes on after its deadline writes on.
            throw new IOException("the log is closed");
        }
        if (file == null && size + length > IN_MEMORY) {
            var spooled = folder == null
                    ? Files.createTempFile("animus-log", ".jsonl")
                    : Files.createTempFile(folder, "animus-log", ".jsonl");
            file = spooled;
            out = new BufferedOutputStream(Files.newOutputStream(spooled));
            memory.writeTo(out);
            memory.reset();
        }
        out.write(bytes, from, length);
        sha256.update(bytes, from, length);
        size += length;
    }

    /** The digest of all that was written; nothing is written after that. */
    Digest finish() throws IOException {
        out.close();
        return Digest.finish(sha256);
    }

    long size() {
        return size;
    }

    /** All that was written, from the start; any number of times. */
    InputStream open() throws IOException {
        return file == null ? new ByteArrayInputStream(memory.toByteArray()) : Files.newInputStream(file);
    }

    @Override
    public void close() throws IOException {
        isClosed = true;
        try {
            out.close();
        } finally {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        }
    }
}
