package io.animus.verifier;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** The file {@code disclosures.jsonl}, read beside the leaves, one line ahead. */
final class Disclosures implements Closeable {
    static final String FILE = "disclosures.jsonl";

    private static final byte[] INDEX = "index".getBytes(US_ASCII);
    private static final byte[] LIST = "disclosures".getBytes(US_ASCII);
    private static final long NONE = -1;

    private final Lines lines;
    private final JsonScanner scanner = new JsonScanner();
    private final DisclosureReader reader;
    private long index = NONE;
    private boolean hasMore = true;
    private int list;
    private long count;

    /** @throws FindingException if the file is there and its first line cannot be read */
    Disclosures(LogFiles files, Hashing hashing) throws FindingException {
        reader = new DisclosureReader(hashing);
        try {
            lines = new Lines(files.has(FILE) ? files.open(FILE) : InputStream.nullInputStream());
        } catch (IOException e) {
            throw unreadable("it cannot be opened");
        }
        advance();
    }

    /** How many were right. */
    long count() {
        return count;
    }

    /** Whether the file has a line for this leaf. Asked for each leaf in ascending order. */
    boolean areFor(long leafIndex) {
        return hasMore && index == leafIndex;
    }

    /**
     * Checks the line of this leaf and goes on to the next one.
     *
     * @param keep whether the values are wanted
     * @param values where to put them then
     * @throws MalformedException if one does not belong to the leaf
     */
    void check(LeafReader leaf, boolean keep, Map<String, byte[]> values) throws MalformedException, FindingException {
        scanner.begin(lines.bytes(), list, lines.to());
        scanner.expect('[');
        if (!scanner.take(']')) {
            do {
                scanner.string();
                if (keep) {
                    reader.open(scanner.json, scanner.from, scanner.to, leaf, values);
                } else {
                    reader.open(scanner.json, scanner.from, scanner.to, leaf);
                }
                count++;
            } while (scanner.take(','));
            scanner.expect(']');
        }
        advance();
    }

    /** @throws FindingException if lines are left over at the end of the log */
    void end() throws FindingException {
        if (hasMore) {
            throw unreadable("it has a line for leaf " + index + ", which is not there, or in the wrong order");
        }
    }

    private void advance() throws FindingException {
        var last = index;
        try {
            hasMore = lines.next();
            if (hasMore) {
                line();
            }
        } catch (IOException | MalformedException e) {
            throw unreadable("after the line of leaf " + last + ": " + e.getMessage());
        }
        if (hasMore && index <= last) {
            throw unreadable("the line of leaf " + index + " comes after that of leaf " + last);
        }
    }

    /** {@code {"index":1,"disclosures":["…"]}}, in either order. */
    private void line() throws MalformedException {
        scanner.begin(lines.bytes(), lines.from(), lines.to());
        scanner.expect('{');
        scanner.string();
        var isIndexFirst = scanner.is(INDEX);
        member(isIndexFirst);
        scanner.expect(',');
        scanner.string();
        member(!isIndexFirst);
        scanner.expect('}');
        scanner.end();
    }

    private void member(boolean isIndex) throws MalformedException {
        if (!scanner.is(isIndex ? INDEX : LIST)) {
            throw new MalformedException("a line has the members index and disclosures");
        }
        scanner.expect(':');
        if (isIndex) {
            index = scanner.whole();
        } else {
            list = scanner.position();
            texts();
        }
    }

    private void texts() throws MalformedException {
        scanner.expect('[');
        if (!scanner.take(']')) {
            do {
                scanner.string();
            } while (scanner.take(','));
            scanner.expect(']');
        }
    }

    private static FindingException unreadable(String why) {
        return new FindingException(
                Fault.UNREADABLE, "The file " + FILE + " cannot be read (" + why + "), so the log cannot be judged.");
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
