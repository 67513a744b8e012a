package io.animus.kernel.store.postgres;

import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.orderBy;
import static org.jooq.impl.DSL.rowNumber;

import io.animus.kernel.domain.ListFilter;
import io.animus.kernel.domain.PageRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what is wanted, item after item in the order of the list and no further than {@link #FARTHEST} items: so a page
 * for which no index serves costs no more than that, on whatever list it is and however deep, and may end before it is full.
 *
 * @param from what the columns of {@code where} and of the filter are in
 * @param where what an index serves together with the order, and what the caller may see
 * @param sought what the items must be besides, for which no index serves
 */
record Scan(DSLContext sql, Table<?> from, Condition where, List<Condition> sought, Columns columns) {
    /** How many items one page looks at, at the most. */
    static final int FARTHEST = 5_000;

    private static final String SEEN = "seen";
    private static final Field<Boolean> WANTED = field(name(SEEN, "wanted"), SQLDataType.BOOLEAN);
    private static final Field<Integer> PLACE = field(name(SEEN, "place"), SQLDataType.INTEGER);

    Scan {
        sought = List.copyOf(sought);
    }

    /** Of a list that nothing is sought in but by its filter. */
    Scan(DSLContext sql, Table<?> from, Condition where, Columns columns) {
        this(sql, from, where, List.of(), columns);
    }

    /**
     * What was found.
     *
     * @param keys of the wanted items, at most a page of them
     * @param next where the next page goes on; null if the list ends here
     */
    record Found<K>(List<K> keys, @Nullable String next) {}

    /** What the items must be, for which no index serves; empty if all that an index finds are wanted. */
    Optional<Condition> wanted(@Nullable ListFilter filter) {
        var all = new ArrayList<>(sought);
        if (filter != null) {
            all.add(columns.matching(filter));
        }
        return all.stream().reduce(Condition::and);
    }

    <K> Found<K> find(Key<K> key, Condition wanted, PageRequest request) {
        var position = key.as(seen("position", key.column()));
        var rows = statement(key, wanted, request).fetch();
        var found = rows.stream().filter(row -> row.get(WANTED)).toList();
        var keys = found.stream()
                .limit(request.size())
                .map(row -> row.get(position.column()))
                .toList();
        if (found.size() > request.size()) {
            return new Found<>(keys, position.position(found.get(request.size() - 1)));
        }
        var last = rows.isEmpty() ? null : rows.get(rows.size() - 1);
        return new Found<>(keys, last != null && last.get(PLACE) == FARTHEST ? position.position(last) : null);
    }

    /** The wanted items, one more than a page has, and the last one that is looked at, wanted or not. */
    <K> Select<? extends Record> statement(Key<K> key, Condition wanted, PageRequest request) {
        var seen = sql.select(
                        key.column().as("position"),
                        coalesce(field(wanted), inline(false)).as("wanted"),
                        rowNumber().over(orderBy(key.sorted(request))).as("place"))
                .from(from)
                .where(where)
                .and(key.behind(request))
                .orderBy(key.sorted(request))
                .limit(inline(FARTHEST))
                .asTable(SEEN);
        return sql.select(seen.fields())
                .from(seen)
                .where(WANTED.isTrue().or(PLACE.eq(inline(FARTHEST))))
                .orderBy(key.as(seen("position", key.column())).sorted(request))
                .limit(request.size() + 1);
    }

    private static <T> Field<T> seen(String alias, Field<T> field) {
        return field(name(SEEN, alias), field.getDataType());
    }
}
