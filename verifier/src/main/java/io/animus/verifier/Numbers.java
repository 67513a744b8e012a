package io.animus.verifier;

import java.util.TreeMap;

/**
 * Which numbers of one instance have been seen. They come nearly in order, so that this is one number and a few ranges
 * beyond it.
 */
final class Numbers {
    /** More gaps than this are not kept; the first gap is known all the same. */
    private static final int MAX_RANGES = 100_000;

    private final TreeMap<Long, Long> beyond = new TreeMap<>();
    private long upTo;
    private long highest;
    private boolean isOverfull;

    /**
     * Adds all from {@code first} to {@code last}, both included.
     *
     * @return false if one of them was there already
     */
    boolean add(long first, long last) {
        if (first == upTo + 1 && beyond.isEmpty()) {
            upTo = last;
            highest = Math.max(highest, last);
            return true;
        }
        var before = beyond.floorEntry(last);
        if (first <= upTo || before != null && before.getValue() >= first) {
            return false;
        }
        highest = Math.max(highest, last);
        insert(first, last);
        return true;
    }

    private void insert(long first, long last) {
        if (first == upTo + 1) {
            upTo = last;
        } else {
            var left = beyond.floorEntry(first);
            if (left != null && left.getValue() == first - 1) {
                beyond.put(left.getKey(), last);
            } else if (beyond.size() < MAX_RANGES) {
                beyond.put(first, last);
            } else {
                isOverfull = true;
                return;
            }
        }
        join(last);
    }

    // What begins right after the new range belongs to it.
    private void join(long last) {
        var right = beyond.remove(last + 1);
        if (right != null && upTo == last) {
            upTo = right;
        } else if (right != null) {
            beyond.put(beyond.floorKey(last), right);
        }
    }

    /** The lowest number that has not been seen. */
    long firstMissing() {
        return upTo + 1;
    }

    /** How many of 1 to {@code limit} have not been seen. */
    long missing(long limit) {
        var missing = Math.max(0, limit - upTo);
        for (var range : beyond.headMap(limit, true).entrySet()) {
            missing -= Math.min(limit, range.getValue()) - range.getKey() + 1;
        }
        return missing;
    }

    /** The highest number seen, 0 if none. */
    long highest() {
        return highest;
    }

    /** Whether there were too many gaps to keep. */
    boolean isOverfull() {
        return isOverfull;
    }
}
