package io.animus.verifier;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** The hashes of a log by the words of RFC 6962, 2.1, as slow as they stand there. */
final class Sha256 {
    private Sha256() {}

    static byte[] of(byte[]... parts) {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            for (var part : parts) {
                sha256.update(part);
            }
            return sha256.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] leaf(byte[] leaf) {
        return of(new byte[] {0}, leaf);
    }

    /** MTH over leaf hashes. */
    static byte[] root(List<byte[]> hashes) {
        if (hashes.isEmpty()) {
            return of();
        }
        if (hashes.size() == 1) {
            return hashes.get(0);
        }
        var k = split(hashes.size());
        return of(new byte[] {1}, root(hashes.subList(0, k)), root(hashes.subList(k, hashes.size())));
    }

    /** The largest power of two below n. */
    static int split(int n) {
        return Integer.highestOneBit(n - 1);
    }
}
