package io.animus.kernel.audit.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Makes the proofs of RFC 9162, 2.1, from tiles: from a handful, whatever the size of the tree, and all of them read at
 * once.
 */
public final class Proofs {
    private final Tiles tiles;

    public Proofs(Tiles tiles) {
        this.tiles = tiles;
    }

    /**
     * The root of the tree as it was at a size.
     *
     * @param size at most that of the log
     */
    public Hash root(long size) {
        return size == 0
                ? Hash.EMPTY_TREE
                : hashes(List.of(new Range(0, size)), size).get(0);
    }

    /**
     * Proves that a leaf is in the tree of a size.
     *
     * @param index of the leaf, less than {@code size}
     * @param size at most that of the log
     */
    public InclusionProof inclusion(long index, long size) {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("leaf " + index + " is not in a tree of size " + size);
        }
        var path = new ArrayList<Range>();
        var start = 0L;
        var end = size;
        while (end - start > 1) {
            var middle = start + largestPowerBelow(end - start);
            if (index < middle) {
                path.add(0, new Range(middle, end));
                end = middle;
            } else {
                path.add(0, new Range(start, middle));
                start = middle;
            }
        }
        return new InclusionProof(index, size, hashes(path, size));
    }

    /**
     * Proves that the tree of one size is the beginning of the tree of another.
     *
     * @param from 0 to {@code to}
     * @param to at most the size of the log
     */
    public ConsistencyProof consistency(long from, long to) {
        if (from < 0 || from > to) {
            throw new IllegalArgumentException("a tree of size " + from + " can't grow to " + to);
        }
        var path = new ArrayList<Range>();
        if (from > 0 && from < to) {
            var start = 0L;
            var end = to;
            while (end != from) {
                var middle = start + largestPowerBelow(end - start);
                if (from <= middle) {
                    path.add(0, new Range(middle, end));
                    end = middle;
                } else {
                    path.add(0, new Range(start, middle));
                    start = middle;
                }
            }
            // Who checks the proof knows the old root, and needs no hash for it where it is a node of the new tree.
            if (start > 0) {
                path.add(0, new Range(start, end));
            }
        }
        return new ConsistencyProof(from, to, hashes(path, to));
    }

    /** Leaves from {@code start} to before {@code end}. */
    private record Range(long start, long end) {}

    /** The Merkle tree hash of each range, in a tree of this size. */
    private List<Hash> hashes(List<Range> ranges, long size) {
        var needed = new LinkedHashSet<Tile>();
        for (var range : ranges) {
            for (var subtree : Subtree.covering(range.start(), range.end())) {
                needed.add(Tile.holding(subtree, size));
            }
        }
        Map<Tile, byte[]> contents = needed.isEmpty() ? Map.of() : new HashMap<>(tiles.read(needed));
        var hasher = new TreeHasher();
        var hashes = new ArrayList<Hash>(ranges.size());
        for (var range : ranges) {
            var parts = new ArrayList<Hash>();
            for (var subtree : Subtree.covering(range.start(), range.end())) {
                var content = Objects.requireNonNull(contents.get(Tile.holding(subtree, size)));
                parts.add(Tile.hashOf(subtree, content, hasher));
            }
            hashes.add(Frontier.fold(parts, hasher));
        }
        return hashes;
    }

    /** Where RFC 9162 splits a tree of {@code leaves}, 2 or more. */
    private static long largestPowerBelow(long leaves) {
        return Long.highestOneBit(leaves - 1);
    }
}
