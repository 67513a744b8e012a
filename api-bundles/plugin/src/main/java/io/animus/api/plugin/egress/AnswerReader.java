package io.animus.api.plugin.egress;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads one answer of HTTP/1.1 and believes none of it: 64 KiB at most, head and body together. */
final class AnswerReader {
    static final int MAX_BYTES = 64 << 10;

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] [1-9][0-9]{2}( .*)?");

    private final InputStream in;
    private final byte[] buffer = new byte[4096];
    private int position;
    private int limit;
    private int left = MAX_BYTES;

    AnswerReader(InputStream in) {
        this.in = in;
    }

    /**
     * The head of an answer.
     *
     * @param headers by name in lower case, the last of each
     */
    record Head(boolean isOldHttp, int status, Map<String, String> headers) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    /** The head of the final answer, after those that only announce it. */
    Head head() throws IOException {
        var head = oneHead();
        while (head.status() < 200 && head.status() != 101) {
            head = oneHead();
        }
        return head;
    }

    /**
     * Reads the body away.
     *
     * @return whether that was all, so that the connection can be used again
     */
    boolean drain(Head head) throws IOException {
        if (head.isOldHttp()
                || head.header("connection").toLowerCase(Locale.ROOT).contains("close")) {
            return false;
        }
        var coding = head.header("transfer-encoding");
        var length = head.header("content-length");
        if (head.status() == 204 || head.status() == 304) {
            return isEmpty();
        }
        if (coding.equalsIgnoreCase("chunked") && length.isEmpty()) {
            return skipChunks() && isEmpty();
        }
        return coding.isEmpty() && length.matches("[0-9]{1,5}") && skip(Integer.parseInt(length)) && isEmpty();
    }

    private Head oneHead() throws IOException {
        var status = line();
        if (!STATUS.matcher(status).matches()) {
            throw new IOException("it doesn't speak HTTP/1.1");
        }
        var headers = new TreeMap<String, String>();
        for (var line = line(); !line.isEmpty(); line = line()) {
            var colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return new Head(status.startsWith("HTTP/1.0"), Integer.parseInt(status.substring(9, 12)), headers);
    }

    private boolean skipChunks() throws IOException {
        while (left > 0) {
            var size = line().split(";", 2)[0].strip();
            if (!size.matches("[0-9a-fA-F]{1,5}")) {
                return false;
            }
            var length = Integer.parseInt(size, 16);
            if (length == 0) {
                // Trailers, and the empty line after them.
                while (!line().isEmpty()) {
                    continue;
                }
                return true;
            }
            if (!skip(length) || !line().isEmpty()) {
                return false;
            }
        }
        return false;
    }

    private boolean skip(int length) throws IOException {
        if (length > left + limit - position) {
            return false;
        }
        for (var skipped = 0; skipped < length; skipped++) {
            next();
        }
        return true;
    }

    /** More than was announced belongs to nothing that was asked. */
    private boolean isEmpty() {
        return position == limit;
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream(64);
        for (var next = next(); next != '\n'; next = next()) {
            line.write(next);
        }
        var text = line.toString(ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private int next() throws IOException {
        if (position == limit) {
            if (left == 0) {
                throw new IOException("it answers with more than " + (MAX_BYTES >> 10) + " KiB");
            }
            var read = in.read(buffer, 0, Math.min(buffer.length, left));
            if (read < 0) {
                throw new EOFException("it hung up before its answer was whole");
            }
            left -= read;
            limit = read;
            position = 0;
        }
        return buffer[position++] & 0xff;
    }
}
