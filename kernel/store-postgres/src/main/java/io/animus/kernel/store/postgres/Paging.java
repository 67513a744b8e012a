package io.animus.kernel.store.postgres;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Order;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
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
        if (request.order().key() != Order.Key.CREATION) {
            throw new IllegalArgumentException(
                    "this list is not ordered by " + request.order().key());
        }
        return page(query, new Key<>(id, TypeId::new, TypeId::value), request, item);
    }

    /** A page of a list that is ordered by id or by name. */
    static <T> Page<T> page(
            SelectConditionStep<? extends Record> query,
            Field<TypeId> id,
            Field<Name> name,
            PageRequest request,
            Function<Record, T> item) {
        return request.order().key() == Order.Key.NAME
                ? page(query, new Key<>(name, Name::new, Name::value), request, item)
                : page(query, id, request, item);
    }

    private static <T, K> Page<T> page(
            SelectConditionStep<? extends Record> query, Key<K> key, PageRequest request, Function<Record, T> item) {
        var column = key.column();
        var descends = request.order().descending();
        if (request.after() != null) {
            var after = key.read().apply(request.after());
            query = query.and(descends ? column.lt(after) : column.gt(after));
        }
        var found = query.orderBy(descends ? column.desc() : column.asc())
                .limit(request.size() + 1)
                .fetch(row -> new Found<T>(key.position(row), item.apply(row)));
        return Page.of(found, request.size(), Found::position).map(Found::item);
    }

    private record Found<T>(String position, T item) {}

    private record Key<K>(Field<K> column, Function<String, K> read, Function<K, String> written) {
        String position(Record row) {
            return written.apply(row.get(column));
        }
    }
}
