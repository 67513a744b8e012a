package io.animus.kernel.domain;

import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param size how many items at the most, 1 to {@link #MAX_SIZE}
 * @param after where the page before ended, in the form of the order's key; null for the first page
 * @param filter what the items have in common; null for all. A page of a filtered list may hold fewer items than there are
 *     left, or none, and still not be the last one
 */
public record PageRequest(int size, @Nullable String after, Order order, @Nullable ListFilter filter) {
    public static final int MAX_SIZE = 500;

    public PageRequest {
        if (size < 1 || size > MAX_SIZE) {
            throw new IllegalArgumentException("a page has 1 to " + MAX_SIZE + " items, not " + size);
        }
        if (after != null && !order.key().isPosition(after)) {
            throw new IllegalArgumentException("not a position in a list ordered by " + order.key());
        }
    }

    /** Ordered by id, and all. */
    public PageRequest(int size, @Nullable String after, boolean newestFirst) {
        this(size, after, new Order(Order.Key.CREATION, newestFirst), null);
    }
}
