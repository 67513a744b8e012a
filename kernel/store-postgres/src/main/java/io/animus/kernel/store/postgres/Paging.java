package io.animus.kernel.store.postgres;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Order;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import java.util.List;
import java.util.function.Function;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectConditionStep;

/**
 * Pages by key: the cost of a page is that of its items, however deep it lies. An index must serve each column that a list is
 * ordered by, together with the query's conditions.
 */
final class Paging {
    private Paging() {}

    /** A page of a list that is only ordered by id. */
    static <T> Page<T> page(
            SelectConditionStep<? extends Record> query,
            Field<TypeId> id,
            PageRequest request,
            Function<Record, T> item) {
        return page(unfiltered(query, request), byId(id, request), request, item);
    }

    /** A page of a list that is ordered by id or by name. */
    static <T> Page<T> page(
            SelectConditionStep<? extends Record> query,
            Field<TypeId> id,
            Field<Name> name,
            PageRequest request,
            Function<Record, T> item) {
        return request.order().key() == Order.Key.NAME
                ? page(unfiltered(query, request), Key.name(name), request, item)
                : page(query, id, request, item);
    }

    /** A page of a list that is only ordered by id and that can be filtered. */
    static <T> Page<T> page(
            SelectConditionStep<? extends Record> query,
            Scan scan,
            Field<TypeId> id,
            PageRequest request,
            Function<Record, T> item) {
        return page(query, scan, id, byId(id, request), request, item);
    }

    /** A page of a list that is ordered by id or by name and that can be filtered. */
    static <T> Page<T> page(
            SelectConditionStep<? extends Record> query,
            Scan scan,
            Field<TypeId> id,
            Field<Name> name,
            PageRequest request,
            Function<Record, T> item) {
        return request.order().key() == Order.Key.NAME
                ? page(query, scan, id, Key.name(name), request, item)
                : page(query, scan, id, request, item);
    }

    private static <T, K> Page<T> page(
            SelectConditionStep<? extends Record> query,
            Scan scan,
            Field<TypeId> id,
            Key<K> key,
            PageRequest request,
            Function<Record, T> item) {
        var filter = request.filter();
        if (filter == null) {
            return page(query, key, request, item);
        }
        var found = scan.find(id, key, filter, request);
        if (found.ids().isEmpty()) {
            return new Page<>(List.of(), found.next());
        }
        // Once more by the filter: what was found may have changed since.
        var items = query.and(id.in(found.ids()))
                .and(scan.columns().matching(filter))
                .orderBy(key.order(request))
                .fetch(row -> item.apply(row));
        return new Page<>(items, found.next());
    }

    private static <T, K> Page<T> page(
            SelectConditionStep<? extends Record> query, Key<K> key, PageRequest request, Function<Record, T> item) {
        List<Record> found = List.copyOf(query.and(key.behind(request))
                .orderBy(key.order(request))
                .limit(request.size() + 1)
                .fetch());
        return Page.of(found, request.size(), key::position).map(item);
    }

    private static Key<TypeId> byId(Field<TypeId> id, PageRequest request) {
        if (request.order().key() != Order.Key.CREATION) {
            throw new IllegalArgumentException(
                    "this list is not ordered by " + request.order().key());
        }
        return Key.id(id);
    }

    private static SelectConditionStep<? extends Record> unfiltered(
            SelectConditionStep<? extends Record> query, PageRequest request) {
        if (request.filter() != null) {
            throw new IllegalArgumentException("this list is not filtered");
        }
        return query;
    }
}
