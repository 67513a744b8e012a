package io.animus.verifier;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.regex.Pattern;

/** The entry bundles of a log, one after the other (C2SP tlog-tiles), and the leaf in them that is being read. */
final class Bundle {
    private static final int LENGTH_BYTES = 2;
    private static final int MAX_BYTES = TilePath.WIDTH * (LENGTH_BYTES + 0xFFFF);
    private static final Pattern ID = Pattern.compile("\"id\":\"(aud_[0-9a-z]{26})\"");

    private final LogFiles files;
    private final long size;
    private byte[] bytes = {};
    private long index = -1;
    private long leaf = -1;
    private boolean mayGoOn;
    private int left;
    private int from;
    private int to;

    /** @param size leaves of the log */
    Bundle(LogFiles files, long size) {
        this.files = files;
        this.size = size;
    }

    /** Reads the next bundle. */
    void next() throws FindingException {
        index++;
        left = TilePath.width(size, 0, index);
        var path = TilePath.entries(index);
        bytes = files.readTile(path, left, MAX_BYTES);
        mayGoOn = left < TilePath.WIDTH && files.isOnlyFull(path, left);
        to = 0;
    }

    boolean hasLeaf() {
        return left > 0;
    }

    /** Moves to the next leaf, which is {@code bytes()[from(), to())}. */
    void leaf() throws FindingException {
        leaf++;
        left--;
        from = to + LENGTH_BYTES;
        if (from > bytes.length) {
            throw malformed("ends before it");
        }
        to = from + ((bytes[from - 2] & 0xFF) << 8 | bytes[from - 1] & 0xFF);
        if (to - from > LeafReader.MAX_BYTES) {
            throw malformed("says that it has " + (to - from) + " bytes, which is too many");
        }
        if (to > bytes.length) {
            throw malformed("ends within it");
        }
    }

    /** @throws FindingException if there are more bytes than leaves, and it does not stand for a partial one */
    void end() throws FindingException {
        if (to != bytes.length && !mayGoOn) {
            leaf++;
            throw malformed("goes on where it should end");
        }
    }

    /** Writes the leaf hash of RFC 6962. Overwrites the length before the leaf, which has been read. */
    void hash(Hashing hashing, byte[] output) {
        bytes[from - 1] = 0;
        hashing.hash(bytes, from - 1, to, output, 0);
    }

    byte[] bytes() {
        return bytes;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** What looks like the id of the event, in a leaf of which nothing is known; else empty. */
    String eventId() {
        var id = ID.matcher(new String(bytes, from, to - from, ISO_8859_1));
        return id.find() ? id.group(1) : "";
    }

    private FindingException malformed(String how) {
        return new FindingException(new Finding(
                Fault.BUNDLE_MALFORMED,
                leaf,
                "",
                "The entry bundle %s is broken at leaf %d: it %s; leaves were cut, added or moved."
                        .formatted(TilePath.entries(index), leaf, how)));
    }
}
