package io.animus.kernel.domain;

import org.jspecify.annotations.Nullable;

/**
 * One page of a list that is ordered by id.
 *
 * @param size how many items at the most, 1 to {@link #MAX_SIZE}
 * @param after the last id of the page before; null for the first page
 * @param newestFirst whether ids descend
 */
public record PageRequest(int size, @Nullable String after, boolean newestFirst) {
    public static final int MAX_SIZE = 500;

    public PageRequest {
        if (size < 1 || size > MAX_SIZE) {
            throw new IllegalArgumentException("a page has 1 to " + MAX_SIZE + " items, not " + size);
        }
    }
}
