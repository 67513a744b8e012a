package io.animus.kernel.domain;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list.
 *
 * @param next what to give as {@link PageRequest#after} for the page that follows; null on the last page
 */
public record Page<T>(List<T> items, @Nullable String next) {
    public Page {
        items = List.copyOf(items);
    }

    /**
     * The page for {@code size} items, given one more where there is one.
     *
     * @param found up to {@code size + 1} items in order
     * @param id what the next page starts after
     */
    public static <T> Page<T> of(List<T> found, int size, Function<T, String> id) {
        if (found.size() <= size) {
            return new Page<>(found, null);
        }
        var items = found.subList(0, size);
        return new Page<>(items, id.apply(items.get(size - 1)));
    }

    public <R> Page<R> map(Function<? super T, ? extends R> view) {
        return new Page<>(items.stream().<R>map(view).toList(), next);
    }
}
