package io.animus.kernel.store.postgres;

import static org.jooq.impl.DSL.val;

import java.util.Collection;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jooq.QueryPart;
import org.jspecify.annotations.Nullable;

/**
 * One column of many rows, as an array that a statement unnests: its text is the same for any number of rows, so that it is
 * rendered at no cost that grows with them, and the database plans it once.
 */
final class Column {
    private Column() {}

    static <R, T> QueryPart of(
            Collection<R> rows, IntFunction<@Nullable T[]> array, Function<R, ? extends @Nullable T> value) {
        return val(rows.stream().map(value).toArray(array));
    }
}
