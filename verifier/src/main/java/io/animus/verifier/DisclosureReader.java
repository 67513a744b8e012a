package io.animus.verifier;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.Map;

/** Opens disclosures, and holds each against the commitment of its leaf (docs/audit/leaf.md). */
final class DisclosureReader {
    private static final int SALT = 22;
    // An array around the value.
    private static final int DEPTH = JsonScanner.MAX_DEPTH - 1;

    private final Hashing hashing;
    private final JsonScanner scanner = new JsonScanner();
    private final byte[] hash = new byte[Hashing.SIZE];
    private byte[] decoded = new byte[1024];
    private int pathFrom;
    private int pathTo;
    private int valueFrom;
    private int valueTo;

    DisclosureReader(Hashing hashing) {
        this.hashing = hashing;
    }

    /**
     * Checks the disclosure {@code text[from, to)}.
     *
     * @param values where to put the value, as JSON, by its path
     * @throws MalformedException if it is none, or the leaf does not commit to it
     */
    void open(byte[] text, int from, int to, LeafReader leaf, Map<String, byte[]> values) throws MalformedException {
        open(text, from, to, leaf);
        values.put(
                new String(decoded, pathFrom, pathTo - pathFrom, US_ASCII),
                Arrays.copyOfRange(decoded, valueFrom, valueTo));
    }

    /** Checks it only. */
    void open(byte[] text, int from, int to, LeafReader leaf) throws MalformedException {
        if (decoded.length < to - from) {
            decoded = new byte[2 * (to - from)];
        }
        var size = Base64Url.decode(text, from, to, decoded);
        if (size < 0) {
            throw new MalformedException("it is not base64url");
        }
        scanner.begin(decoded, 0, size);
        scanner.expect('[');
        scanner.string();
        if (scanner.to - scanner.from != SALT || !isBase64Url(scanner.from, scanner.to)) {
            throw new MalformedException("its salt is not 22 characters of base64url");
        }
        scanner.expect(',');
        scanner.string();
        pathFrom = scanner.from;
        pathTo = scanner.to;
        scanner.expect(',');
        valueFrom = scanner.position();
        scanner.skip(DEPTH);
        valueTo = scanner.position();
        scanner.expect(']');
        scanner.end();
        hashing.hash(text, from, to, hash, 0);
        if (!leaf.commits(decoded, pathFrom, pathTo, hash)) {
            throw new MalformedException("the leaf does not commit to it at the path "
                    + new String(decoded, pathFrom, pathTo - pathFrom, US_ASCII));
        }
    }

    private boolean isBase64Url(int from, int to) {
        var isRight = true;
        for (var i = from; isRight && i < to; i++) {
            isRight = Base64Url.isLetter(decoded[i]);
        }
        return isRight;
    }
}
