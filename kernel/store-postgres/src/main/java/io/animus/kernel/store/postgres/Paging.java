package io.animus.kernel.store.postgres;

import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import java.util.List;
import java.util.function.Function;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.SelectWhereStep;

/**
 * Pages by key: the cost of a page is that of its items, however deep it lies. An index must serve each key that a list is
 * ordered by, together with its conditions.
 */
final class Paging {
    private Paging() {}

    /**
     * A page of a list.
     *
     * @param query of the items, from what {@code scan} looks at and perhaps more; without conditions
     */
    static <T> Page<T> page(
            SelectWhereStep<? extends Record> query, Scan scan, PageRequest request, Function<Record, T> item) {
        return page(query.where(scan.where()), scan, scan.columns().key(request.order()), request, item);
    }

    private static <T, K> Page<T> page(
            SelectConditionStep<? extends Record> query,
            Scan scan,
            Key<K> key,
            PageRequest request,
            Function<Record, T> item) {
        var wanted = scan.wanted(request.filter());
        if (wanted.isEmpty()) {
            List<Record> found = List.copyOf(query.and(key.behind(request))
                    .orderBy(key.sorted(request))
                    .limit(request.size() + 1)
                    .fetch());
            return Page.of(found, request.size(), key::position).map(item);
        }
        var found = scan.find(key, wanted.get(), request);
        if (found.keys().isEmpty()) {
            return new Page<>(List.of(), found.next());
        }
        // Asked once more: what was found may have changed since.
        var items = query.and(key.column().in(found.keys()))
                .and(wanted.get())
                .orderBy(key.sorted(request))
                .fetch(row -> item.apply(row));
        return new Page<>(items, found.next());
    }
}
