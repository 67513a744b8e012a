package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.executor.LogLine;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.function.Consumer;

/**
 * Makes lines of an engine's log: frames of one byte of stream, three of nothing, four of length, and that many of time,
 * a space and text. A frame may end in the middle of a line, and a line in the middle of a frame.
 */
final class LogFrames {
    private static final int MAX_FRAME = 1 << 20;
    private static final int STDERR = 2;

    private final long maxBytes;
    private final long after;
    private final Consumer<LogLine> lines;
    private final ByteArrayOutputStream begunOut = new ByteArrayOutputStream();
    private final ByteArrayOutputStream begunErr = new ByteArrayOutputStream();
    private Instant time = Instant.EPOCH;
    private long number;
    private long bytes;
    private boolean cut;

    /**
     * @param after number of the last line to leave out
     * @param maxBytes of text, after which one line says that there was more
     */
    LogFrames(long after, long maxBytes, Consumer<LogLine> lines) {
        this.after = after;
        this.maxBytes = maxBytes;
        this.lines = lines;
    }

    /** The number of the last line that was read. */
    long number() {
        return number;
    }

    /** Reads to the end of the log, or until the thread is interrupted, or the limit is reached. */
    void read(InputStream log) throws IOException {
        var in = new DataInputStream(log);
        var padding = new byte[3];
        for (var kind = in.read(); kind >= 0 && bytes <= maxBytes; kind = in.read()) {
            in.readFully(padding);
            var length = in.readInt();
            if (length < 0 || length > MAX_FRAME) {
                throw new EOFException("not a frame of a log: " + length + " bytes");
            }
            // Never readNBytes: it ends with a read of no bytes, for which Jetty waits until there is one.
            var content = new byte[length];
            in.readFully(content);
            frame(kind == STDERR ? LogLine.Stream.STDERR : LogLine.Stream.STDOUT, content);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    /** Nothing comes after what was read: lines that were begun are whole. */
    void end() {
        for (var stream : LogLine.Stream.values()) {
            if (begun(stream).size() > 0) {
                finish(stream);
            }
        }
    }

    private void frame(LogLine.Stream stream, byte[] content) {
        var from = afterTime(content);
        var line = begun(stream);
        for (var i = from; i < content.length; i++) {
            if (content[i] == '\n') {
                finish(stream);
            } else {
                if (isFull(line.size(), content[i])) {
                    finish(stream);
                }
                line.write(content[i]);
            }
        }
    }

    private ByteArrayOutputStream begun(LogLine.Stream stream) {
        return stream == LogLine.Stream.STDOUT ? begunOut : begunErr;
    }

    // A piece ends before a character that it can't hold, so no character is torn.
    private static boolean isFull(int size, byte next) {
        var startsCharacter = (next & 0xC0) != 0x80;
        return size >= LogLine.MAX_LENGTH || startsCharacter && size + width(next) > LogLine.MAX_LENGTH;
    }

    private static int width(byte first) {
        if (first >= 0) {
            return 1;
        }
        return (first & 0xF0) == 0xF0 ? 4 : (first & 0xE0) == 0xE0 ? 3 : 2;
    }

    private int afterTime(byte[] content) {
        for (var i = 0; i < content.length && i < 40; i++) {
            if (content[i] == ' ') {
                try {
                    time = OffsetDateTime.parse(new String(content, 0, i, UTF_8))
                            .toInstant();
                    return i + 1;
                } catch (DateTimeParseException e) {
                    return 0;
                }
            }
        }
        return 0;
    }

    private void finish(LogLine.Stream stream) {
        var line = begun(stream);
        var text = line.toString(UTF_8);
        bytes += line.size() + 1L;
        line.reset();
        if (bytes <= maxBytes) {
            deliver(stream, text);
        } else {
            cut();
        }
    }

    /** Ends the log with a line that says there was more. */
    void cut() {
        if (!cut) {
            cut = true;
            deliver(LogLine.Stream.STDERR, "the log is cut here: there is no room for more");
        }
    }

    private void deliver(LogLine.Stream stream, String text) {
        number++;
        if (number > after && !Thread.currentThread().isInterrupted()) {
            lines.accept(new LogLine(number, time, stream, text));
        }
    }
}
