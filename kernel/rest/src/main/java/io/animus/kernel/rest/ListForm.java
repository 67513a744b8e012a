package io.animus.kernel.rest;

import io.animus.kernel.domain.ListField;
import io.animus.kernel.domain.Order;
import java.util.List;
import java.util.Map;

/**
 * What a list may be asked for.
 *
 * @param orders what it can be ordered by, by the name of the member that shows it
 * @param otherwise how it is ordered where the caller does not say
 * @param fields what it can be filtered by
 */
record ListForm(Map<String, Order.Key> orders, Order otherwise, List<ListField> fields) {
    /** By {@code createdAt}. */
    static final ListForm CREATED = by("createdAt", Order.Key.CREATION);

    /** By {@code createdAt} and by {@code name}. */
    static final ListForm NAMED = new ListForm(
            Map.of("createdAt", Order.Key.CREATION, "name", Order.Key.NAME), Order.NEWEST_FIRST, List.of());

    ListForm {
        orders = Map.copyOf(orders);
        fields = List.copyOf(fields);
    }

    static ListForm by(String member, Order.Key key) {
        return new ListForm(Map.of(member, key), new Order(key, true), List.of());
    }

    /** The same list, which can be filtered. */
    ListForm filteredBy(List<ListField> wanted) {
        return new ListForm(orders, otherwise, wanted);
    }

    /** The names of the members that it can be ordered by, in order. */
    List<String> members() {
        return orders.keySet().stream().sorted().toList();
    }
}
