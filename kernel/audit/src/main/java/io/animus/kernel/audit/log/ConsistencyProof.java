package io.animus.kernel.audit.log;

import java.util.ArrayList;
import java.util.List;

/**
 * Proves that a tree is the beginning of a later one: RFC 9162, 2.1.4. Nothing has to be proven of the tree without leaves
 * and of two trees of one size.
 *
 * @param from size of the earlier tree
 * @param to size of the later one
 */
public record ConsistencyProof(long from, long to, List<Hash> path) {
    public ConsistencyProof {
        if (from < 0 || from > to) {
            throw new IllegalArgumentException("a tree of size " + from + " can't grow to " + to);
        }
        path = List.copyOf(path);
    }

    /** Whether the tree with the root {@code earlier} is the beginning of the one with the root {@code later}. */
    public boolean verifies(Hash earlier, Hash later) {
        if (from == to) {
            return path.isEmpty() && earlier.equals(later);
        }
        if (from == 0) {
            return path.isEmpty() && earlier.equals(Hash.EMPTY_TREE);
        }
        var hashes = new ArrayList<Hash>();
        if (Long.bitCount(from) == 1) {
            hashes.add(earlier);
        }
        hashes.addAll(path);
        return !hashes.isEmpty() && leadsTo(hashes, earlier, later);
    }

    private boolean leadsTo(List<Hash> hashes, Hash earlier, Hash later) {
        var hasher = new TreeHasher();
        var node = from - 1;
        var last = to - 1;
        while ((node & 1) == 1) {
            node >>= 1;
            last >>= 1;
        }
        var first = hashes.get(0);
        var second = first;
        for (var hash : hashes.subList(1, hashes.size())) {
            if (last == 0) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                first = hasher.node(hash, first);
                second = hasher.node(hash, second);
                while ((node & 1) == 0 && node != 0) {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                second = hasher.node(second, hash);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && first.equals(earlier) && second.equals(later);
    }
}
