package io.animus.verifier;

/**
 * The Merkle tree of RFC 6962, 2.1, over leaf hashes that are added one by one. It keeps one hash for each level: the
 * perfect subtree that waits for its right sibling, if the bit of that level is set in the number of leaves.
 */
final class Tree {
    private static final int LEVELS = 64;

    private final Hashing hashing;
    private final byte[][] waiting = new byte[LEVELS][Hashing.SIZE];
    private final byte[][] complete = new byte[LEVELS / TilePath.HEIGHT][Hashing.SIZE];
    private final byte[] node = new byte[Hashing.SIZE];
    private long size;

    Tree(Hashing hashing) {
        this.hashing = hashing;
    }

    void add(byte[] leafHashes, int at) {
        System.arraycopy(leafHashes, at, node, 0, Hashing.SIZE);
        var level = 0;
        while ((size >> level & 1) == 1) {
            hashing.node(waiting[level], 0, node, 0, node, 0);
            level++;
            if (level % TilePath.HEIGHT == 0) {
                System.arraycopy(node, 0, complete[level / TilePath.HEIGHT], 0, Hashing.SIZE);
            }
        }
        System.arraycopy(node, 0, waiting[level], 0, Hashing.SIZE);
        size++;
    }

    /** Leaves so far. */
    long size() {
        return size;
    }

    /** The hash of the last 256<sup>tileLevel</sup> leaves; only right after their last one was added. */
    byte[] complete(int tileLevel) {
        return complete[tileLevel];
    }

    /** The root of all leaves so far. */
    byte[] root() {
        var root = new byte[Hashing.SIZE];
        if (size == 0) {
            hashing.hash(root, 0, 0, root, 0);
            return root;
        }
        var level = Long.numberOfTrailingZeros(size);
        System.arraycopy(waiting[level], 0, root, 0, Hashing.SIZE);
        for (level++; level < LEVELS; level++) {
            if ((size >> level & 1) == 1) {
                hashing.node(waiting[level], 0, root, 0, root, 0);
            }
        }
        return root;
    }
}
