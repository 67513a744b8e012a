package io.animus.kernel.rest;

import io.animus.kernel.domain.Order;
import java.util.List;
import java.util.Map;

/**
 * What a list may be asked for.
 *
 * @param orders what it can be ordered by, by the name of the member that shows it; empty if only as it is
 * @param otherwise how it is ordered where the caller does not say
 */
record ListForm(Map<String, Order.Key> orders, Order otherwise) {
    /** Newest first, and nothing else. */
    static final ListForm PLAIN = new ListForm(Map.of(), Order.NEWEST_FIRST);

    /** By {@code createdAt}. */
    static final ListForm CREATED = by("createdAt", Order.Key.CREATION);

    /** By {@code createdAt} and by {@code name}. */
    static final ListForm NAMED =
            new ListForm(Map.of("createdAt", Order.Key.CREATION, "name", Order.Key.NAME), Order.NEWEST_FIRST);

    ListForm {
        orders = Map.copyOf(orders);
    }

    static ListForm by(String member, Order.Key key) {
        return new ListForm(Map.of(member, key), new Order(key, true));
    }

    /** The names of the members that it can be ordered by, in order. */
    List<String> members() {
        return orders.keySet().stream().sorted().toList();
    }
}
