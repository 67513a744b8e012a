package io.animus.verifier;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 as the log uses it (RFC 6962, 2.1). One instance for each thread; it reuses its state. */
final class Hashing {
    /** Bytes of a hash. */
    static final int SIZE = 32;

    private static final byte NODE_PREFIX = 1;

    private final MessageDigest sha256;

    Hashing() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Plain SHA-256 of {@code input[from, to)}, written to {@code output} from {@code at}. */
    void hash(byte[] input, int from, int to, byte[] output, int at) {
        sha256.update(input, from, to - from);
        finish(output, at);
    }

    /** Hash of an inner node: SHA-256 of 0x01 and the hashes of both children. The output may be one of the children. */
    void node(byte[] left, int leftAt, byte[] right, int rightAt, byte[] output, int at) {
        sha256.update(NODE_PREFIX);
        sha256.update(left, leftAt, SIZE);
        sha256.update(right, rightAt, SIZE);
        finish(output, at);
    }

    private void finish(byte[] output, int at) {
        try {
            sha256.digest(output, at, SIZE);
        } catch (DigestException e) {
            throw new AssertionError("there is room for 32 bytes", e);
        }
    }
}
