package io.animus.kernel.store.postgres;

import static org.jooq.impl.DSL.noCondition;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Order;
import io.animus.kernel.domain.PageRequest;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SortField;

/**
 * What a list is ordered by.
 *
 * @param order how callers ask for it
 * @param column unique in the list; an index serves it together with the list's conditions
 * @param written how a value is written where a page says where the next one goes on
 */
record Key<K>(Order.Key order, Field<K> column, Function<String, K> read, Function<K, String> written) {
    static Key<TypeId> id(Field<TypeId> column) {
        return new Key<>(Order.Key.CREATION, column, TypeId::new, TypeId::value);
    }

    static Key<Name> name(Field<Name> column) {
        return new Key<>(Order.Key.NAME, column, Name::new, Name::value);
    }

    static Key<String> instance(Field<String> column) {
        return new Key<>(Order.Key.INSTANCE, column, Function.identity(), Function.identity());
    }

    static Key<Long> leafIndex(Field<Long> column) {
        return new Key<>(Order.Key.LEAF_INDEX, column, Long::valueOf, String::valueOf);
    }

    /** The same key under another name. */
    Key<K> as(Field<K> other) {
        return new Key<>(order, other, read, written);
    }

    /** What lies behind the pages that were read. */
    Condition behind(PageRequest request) {
        if (request.after() == null) {
            return noCondition();
        }
        var after = read.apply(request.after());
        return request.order().descending() ? column.lt(after) : column.gt(after);
    }

    SortField<K> sorted(PageRequest request) {
        return request.order().descending() ? column.desc() : column.asc();
    }

    String position(Record row) {
        return written.apply(row.get(column));
    }
}
