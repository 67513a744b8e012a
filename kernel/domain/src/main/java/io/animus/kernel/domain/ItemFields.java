package io.animus.kernel.domain;

import static java.util.stream.Collectors.toMap;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the fields that a list can be filtered by are in its items, for a list that is held in memory. */
public final class ItemFields<T> {
    private final Map<ListField, Function<T, List<? extends ListValue>>> values;

    private ItemFields(Map<ListField, Function<T, List<? extends ListValue>>> values) {
        this.values = values;
    }

    /**
     * @param values what an item holds in a field, by the field's name: nothing, one value, or any number of them where the field
     *     holds texts; one for each field
     */
    public static <T> ItemFields<T> of(
            List<ListField> fields, Map<String, Function<T, List<? extends ListValue>>> values) {
        if (fields.size() != values.size()) {
            throw new IllegalArgumentException("as many values as fields");
        }
        return new ItemFields<>(
                fields.stream().collect(toMap(Function.identity(), field -> require(values.get(field.name()), field))));
    }

    /** Whether {@code item} is one of those that {@code filter} wants. */
    public boolean holds(ListFilter filter, T item) {
        if (filter instanceof ListFilter.All all) {
            return all.filters().stream().allMatch(one -> holds(one, item));
        }
        if (filter instanceof ListFilter.Any any) {
            return any.filters().stream().anyMatch(one -> holds(one, item));
        }
        if (filter instanceof ListFilter.Not not) {
            return !holds(not.filter(), item);
        }
        if (filter instanceof ListFilter.OneOf oneOf) {
            return held(oneOf.field(), item).stream().anyMatch(oneOf.values()::contains);
        }
        if (filter instanceof ListFilter.StartsWith starts) {
            return held(starts.field(), item).stream().anyMatch(value -> ((ListValue.Text) value)
                    .text()
                    .startsWith(starts.prefix().text()));
        }
        if (filter instanceof ListFilter.Holds holds) {
            return held(holds.field(), item).contains(holds.text());
        }
        if (filter instanceof ListFilter.Compared compared) {
            return compared(compared, held(compared.field(), item));
        }
        return held(((ListFilter.Absent) filter).field(), item).isEmpty();
    }

    private List<? extends ListValue> held(ListField field, T item) {
        return require(values.get(field), field).apply(item);
    }

    private static <V> V require(@Nullable V value, ListField field) {
        if (value == null) {
            throw new IllegalArgumentException("no values of " + field.name());
        }
        return value;
    }

    private static boolean compared(ListFilter.Compared compared, List<? extends ListValue> held) {
        if (held.isEmpty()) {
            return compared.relation() == ListFilter.Relation.UNEQUAL;
        }
        var order = order(held.get(0), compared.value());
        return switch (compared.relation()) {
            case EQUAL -> order == 0;
            case UNEQUAL -> order != 0;
            case LESS -> order < 0;
            case LESS_OR_EQUAL -> order <= 0;
            case GREATER -> order > 0;
            case GREATER_OR_EQUAL -> order >= 0;
        };
    }

    /** Of two values of one field. */
    private static int order(ListValue left, ListValue right) {
        if (left instanceof ListValue.Text text) {
            return Arrays.compare(
                    text.text().codePoints().toArray(),
                    ((ListValue.Text) right).text().codePoints().toArray());
        }
        return left instanceof ListValue.Number number
                ? Long.compare(number.number(), ((ListValue.Number) right).number())
                : ((ListValue.Moment) left).at().compareTo(((ListValue.Moment) right).at());
    }
}
