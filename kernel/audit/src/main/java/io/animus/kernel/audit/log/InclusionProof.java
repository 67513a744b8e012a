package io.animus.kernel.audit.log;

import java.util.List;

/**
 * Proves that a leaf is in a tree: RFC 9162, 2.1.3.
 *
 * @param index of the leaf, from 0
 * @param size of the tree
 * @param path from the sibling of the leaf up to the child of the root
 */
public record InclusionProof(long index, long size, List<Hash> path) {
    public InclusionProof {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("leaf " + index + " is not in a tree of size " + size);
        }
        path = List.copyOf(path);
    }

    /** Whether the leaf with this hash is in the tree with this root. */
    public boolean verifies(Hash leaf, Hash root) {
        var hasher = new TreeHasher();
        var node = index;
        var last = size - 1;
        var hash = leaf;
        for (var sibling : path) {
            if (last == 0) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                hash = hasher.node(sibling, hash);
                while ((node & 1) == 0 && node != 0) {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                hash = hasher.node(hash, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && hash.equals(root);
    }
}
