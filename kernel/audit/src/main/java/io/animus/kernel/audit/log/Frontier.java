package io.animus.kernel.audit.log;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * All it takes to let a tree grow and to know its root: its size and the hashes of the largest whole subtrees from the left.
 * A tree of ten million leaves has a dozen of them, so an append costs the same however large the tree is.
 *
 * @param size leaves in the tree
 * @param subtrees one hash for each bit of {@code size} that is 1, the largest subtree first
 */
public record Frontier(long size, List<Hash> subtrees) {
    /** Of the tree without leaves. */
    public static final Frontier EMPTY = new Frontier(0, List.of());

    public Frontier {
        if (size < 0 || subtrees.size() != Long.bitCount(size)) {
            throw new IllegalArgumentException(
                    "a tree of size " + size + " does not have " + subtrees.size() + " whole subtrees at its edge");
        }
        subtrees = List.copyOf(subtrees);
    }

    /**
     * A subtree that was completed, and its hash.
     *
     * @param subtree its height is a multiple of {@link Tile#HEIGHT}: its hash stands in a tile
     */
    public record Completed(Subtree subtree, Hash hash) {
        /** Of the tile in which the hash stands, 1 or more. */
        public int level() {
            return subtree.height() / Tile.HEIGHT;
        }
    }

    /**
     * What became of an append.
     *
     * @param completed the subtrees above the leaves that tiles hold, in the order of their last leaf, the lower one first
     */
    public record Growth(Frontier frontier, List<Completed> completed) {
        public Growth {
            completed = List.copyOf(completed);
        }
    }

    /** Appends leaves, given by their hashes. */
    public Growth append(Collection<Hash> leaves) {
        var hasher = new TreeHasher();
        var edge = new ArrayList<>(subtrees);
        var completed = new ArrayList<Completed>();
        var count = size;
        for (var leaf : leaves) {
            var hash = leaf;
            var height = 0;
            // As in binary counting: each trailing 1 is a whole subtree that this leaf completes to one twice as large.
            while ((count >> height & 1) == 1) {
                hash = hasher.node(edge.remove(edge.size() - 1), hash);
                height++;
                if (height % Tile.HEIGHT == 0) {
                    completed.add(new Completed(new Subtree(height, count >> height), hash));
                }
            }
            edge.add(hash);
            count++;
        }
        return new Growth(new Frontier(count, edge), completed);
    }

    /** The root of the tree. */
    public Hash root() {
        return fold(subtrees, new TreeHasher());
    }

    /** The Merkle tree hash over subtrees that get smaller from left to right. */
    static Hash fold(List<Hash> subtrees, TreeHasher hasher) {
        if (subtrees.isEmpty()) {
            return Hash.EMPTY_TREE;
        }
        var hash = subtrees.get(subtrees.size() - 1);
        for (var i = subtrees.size() - 2; i >= 0; i--) {
            hash = hasher.node(subtrees.get(i), hash);
        }
        return hash;
    }
}
