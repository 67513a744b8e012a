package io.animus.kernel.audit.log;

import java.util.ArrayList;
import java.util.List;

/**
 * A subtree whose leaves are all there: 2<sup>height</sup> of them.
 *
 * @param height 0 for a leaf; at most 62
 * @param index counts the subtrees of that height from the left, from 0
 */
public record Subtree(int height, long index) {
    private static final int MAX_HEIGHT = 62;

    public Subtree {
        if (height < 0 || height > MAX_HEIGHT || index < 0) {
            throw new IllegalArgumentException("no subtree: height " + height + ", index " + index);
        }
    }

    /**
     * The subtrees, from the left, that together have exactly the leaves from {@code start} to before {@code end}. Where
     * {@code start} is a multiple of a power of two that is not smaller than their number, as in every proof, folding their
     * hashes from the right gives the Merkle tree hash of those leaves.
     */
    static List<Subtree> covering(long start, long end) {
        var subtrees = new ArrayList<Subtree>();
        for (var at = start; at < end; ) {
            var height = Long.SIZE - 1 - Long.numberOfLeadingZeros(end - at);
            subtrees.add(new Subtree(height, at >> height));
            at += 1L << height;
        }
        return subtrees;
    }
}
