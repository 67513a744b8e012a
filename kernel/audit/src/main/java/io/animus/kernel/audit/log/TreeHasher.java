package io.animus.kernel.audit.log;

import io.animus.api.types.Digest;
import java.security.MessageDigest;

/** Hashes leaves and nodes as RFC 6962, 2.1, says. Not safe for several threads. */
public final class TreeHasher {
    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private final MessageDigest sha256 = Digest.sha256();

    /** The hash of a leaf with this content. */
    public Hash leaf(byte[] entry) {
        sha256.update(LEAF);
        return Hash.own(sha256.digest(entry));
    }

    /** The hash of the node over two others. */
    public Hash node(Hash left, Hash right) {
        sha256.update(NODE);
        sha256.update(left.shared());
        return Hash.own(sha256.digest(right.shared()));
    }
}
