package io.animus.kernel.store.postgres;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import java.util.function.Function;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectConditionStep;

/** Pages by key: the cost of a page is that of its items, however deep it lies. */
final class Paging {
    private Paging() {}

    /** @param id the column that the list is ordered by; an index must serve it together with the query's conditions */
    static <T> Page<T> page(
            SelectConditionStep<? extends Record> query,
            Field<TypeId> id,
            PageRequest request,
            Function<Record, T> item,
            Function<T, TypeId> idOf) {
        var after = request.after() == null ? null : new TypeId(request.after());
        if (after != null) {
            query = query.and(request.newestFirst() ? id.lt(after) : id.gt(after));
        }
        var found = query.orderBy(request.newestFirst() ? id.desc() : id.asc())
                .limit(request.size() + 1)
                .fetch(r -> item.apply(r));
        return Page.of(found, request.size(), i -> idOf.apply(i).value());
    }
}
