package io.animus.verifier;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads a file line by line into one buffer that it reuses; memory is bounded by the longest line allowed. */
final class Lines implements Closeable {
    private static final int START = 1 << 16;
    private static final int LONGEST = 1 << 20;

    private final InputStream input;
    private byte[] buffer = new byte[START];
    private int filled;
    private int from;
    private int to = -1;

    Lines(InputStream input) {
        this.input = input;
    }

    /**
     * Moves to the next line, which is {@code bytes()[from(), to())}.
     *
     * @return false at the end of the file
     * @throws IOException also if a line is longer than 1 MiB
     */
    boolean next() throws IOException {
        from = to + 1;
        var scanned = from;
        while (true) {
            for (; scanned < filled; scanned++) {
                if (buffer[scanned] == '\n') {
                    to = scanned;
                    return true;
                }
            }
            System.arraycopy(buffer, Math.min(from, filled), buffer, 0, Math.max(0, filled - from));
            filled = Math.max(0, filled - from);
            scanned = filled;
            from = 0;
            if (filled == buffer.length) {
                if (filled >= LONGEST) {
                    throw new IOException("a line of more than " + LONGEST + " bytes");
                }
                buffer = Arrays.copyOf(buffer, 2 * filled);
            }
            var read = input.read(buffer, filled, buffer.length - filled);
            if (read < 0) {
                to = filled;
                return filled > 0;
            }
            filled += read;
        }
    }

    byte[] bytes() {
        return buffer;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
