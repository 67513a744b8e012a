package io.animus.kernel.store.postgres;

import java.util.Collection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One column of many rows, as an array that a {@link Prepared} statement unnests: its text is the same for any number of rows,
 * and the database plans it once.
 *
 * @param type of one value, as PostgreSQL calls it
 */
record Column(String type, @Nullable Object[] values) {

    static <R> Column texts(Collection<R> rows, Function<R, ? extends @Nullable Object> value) {
        return new Column("text", rows.stream().map(value).map(Column::text).toArray(String[]::new));
    }

    static <R> Column integers(Collection<R> rows, Function<R, @Nullable Integer> value) {
        return new Column("int4", rows.stream().map(value).toArray(Integer[]::new));
    }

    static <R> Column longs(Collection<R> rows, Function<R, @Nullable Long> value) {
        return new Column("int8", rows.stream().map(value).toArray(Long[]::new));
    }

    static <R> Column times(Collection<R> rows, Function<R, ? extends @Nullable Object> value) {
        return new Column(
                "timestamptz", rows.stream().map(value).map(Column::text).toArray(String[]::new));
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }
}
