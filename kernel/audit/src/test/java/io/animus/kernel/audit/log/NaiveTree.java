package io.animus.kernel.audit.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** RFC 6962, 2.1, word by word: slow, and without anything of the code under test but the hash function. */
final class NaiveTree implements Tiles {
    private final TreeHasher hasher = new TreeHasher();
    private final List<Hash> leaves = new ArrayList<>();

    /** The tree whose leaf n has the decimal form of n as its content. */
    static NaiveTree ofSize(int size) {
        var tree = new NaiveTree();
        IntStream.range(0, size).forEach(n -> tree.append(Integer.toString(n).getBytes(StandardCharsets.US_ASCII)));
        return tree;
    }

    void append(byte[] entry) {
        leaves.add(hasher.leaf(entry));
    }

    List<Hash> leaves() {
        return leaves;
    }

    Hash root(int size) {
        return mth(leaves.subList(0, size));
    }

    List<Hash> inclusion(int index, int size) {
        return path(index, leaves.subList(0, size));
    }

    List<Hash> consistency(int from, int to) {
        return subproof(from, leaves.subList(0, to), true);
    }

    @Override
    public Map<Tile, byte[]> read(Collection<Tile> tiles) {
        var contents = new HashMap<Tile, byte[]>();
        for (var tile : tiles) {
            var below = 1 << (8 * tile.level());
            var hashes = new ArrayList<Hash>();
            for (var i = (int) tile.start(); i < tile.end(); i++) {
                hashes.add(mth(leaves.subList(i * below, (i + 1) * below)));
            }
            contents.put(tile, Hash.join(hashes));
        }
        return contents;
    }

    private Hash mth(List<Hash> part) {
        if (part.isEmpty()) {
            return Hash.EMPTY_TREE;
        }
        if (part.size() == 1) {
            return part.get(0);
        }
        var k = split(part.size());
        return hasher.node(mth(part.subList(0, k)), mth(part.subList(k, part.size())));
    }

    private List<Hash> path(int m, List<Hash> part) {
        if (part.size() == 1) {
            return new ArrayList<>();
        }
        var k = split(part.size());
        var left = part.subList(0, k);
        var right = part.subList(k, part.size());
        var path = m < k ? path(m, left) : path(m - k, right);
        path.add(mth(m < k ? right : left));
        return path;
    }

    private List<Hash> subproof(int m, List<Hash> part, boolean known) {
        if (m == part.size()) {
            var end = new ArrayList<Hash>();
            if (!known) {
                end.add(mth(part));
            }
            return end;
        }
        var k = split(part.size());
        var left = part.subList(0, k);
        var right = part.subList(k, part.size());
        var proof = m <= k ? subproof(m, left, known) : subproof(m - k, right, false);
        proof.add(mth(m <= k ? right : left));
        return proof;
    }

    private static int split(int n) {
        var k = 1;
        while (2 * k < n) {
            k *= 2;
        }
        return k;
    }
}
