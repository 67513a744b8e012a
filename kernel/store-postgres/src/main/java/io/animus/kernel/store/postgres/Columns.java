package io.animus.kernel.store.postgres;

import static java.util.stream.Collectors.toMap;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.val;

import io.animus.kernel.domain.ListField;
import io.animus.kernel.domain.ListFilter;
import io.animus.kernel.domain.ListValue;
import io.animus.kernel.domain.Order;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;

/**
 * What the fields that a list can be filtered by, and the keys that it can be ordered by, are in its tables. Whatever a caller sends
 * becomes a bind value.
 */
final class Columns {
    private final Map<ListField, Field<?>> columns;

    private final List<Key<?>> keys;

    private Columns(Map<ListField, Field<?>> columns, List<Key<?>> keys) {
        this.columns = columns;
        this.keys = keys;
    }

    /** @param column the column of a field, by the field's name; one for each field */
    static Columns of(Collection<ListField> fields, Map<String, Field<?>> column, Key<?>... keys) {
        if (fields.size() != column.size()) {
            throw new IllegalArgumentException("as many columns as fields");
        }
        return new Columns(
                fields.stream().collect(toMap(Function.identity(), field -> require(column, field))), List.of(keys));
    }

    /** The part of a principal behind its kind. */
    static Field<String> idOf(Field<?> principal) {
        return field("substr({0}, strpos({0}, ':') + 1)", String.class, principal);
    }

    /** The kind of a principal. */
    static Field<String> kindOf(Field<?> principal) {
        return field("split_part({0}, ':', 1)", String.class, principal);
    }

    /** What the list is ordered by if asked for this. */
    Key<?> key(Order order) {
        return keys.stream()
                .filter(key -> key.order() == order.key())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("this list is not ordered by " + order.key()));
    }

    /** Where it is unknown whether it holds, it does not. */
    Condition matching(ListFilter filter) {
        if (filter instanceof ListFilter.All all) {
            return DSL.and(conditions(all.filters()));
        }
        if (filter instanceof ListFilter.Any any) {
            return DSL.or(conditions(any.filters()));
        }
        if (filter instanceof ListFilter.Not not) {
            return condition("({0}) is not true", matching(not.filter()));
        }
        if (filter instanceof ListFilter.Compared compared) {
            return compared(compared);
        }
        if (filter instanceof ListFilter.OneOf oneOf) {
            return oneOf.values().stream()
                    .map(value -> condition("{0} = {1}", column(oneOf.field()), val(bound(value))))
                    .reduce(DSL.falseCondition(), Condition::or);
        }
        if (filter instanceof ListFilter.StartsWith starts) {
            return condition(
                    "starts_with({0}, {1})",
                    column(starts.field()), val(starts.prefix().text()));
        }
        if (filter instanceof ListFilter.Holds holds) {
            return condition("{0} = any ({1})", val(holds.text().text()), column(holds.field()));
        }
        return column(((ListFilter.Absent) filter).field()).isNull();
    }

    private Condition compared(ListFilter.Compared compared) {
        var column = column(compared.field());
        var value = val(bound(compared.value()));
        return switch (compared.relation()) {
            case EQUAL -> condition("{0} = {1}", column, value);
            case UNEQUAL -> condition("{0} is distinct from {1}", column, value);
            case LESS -> ordered("<", compared.field(), column, value);
            case LESS_OR_EQUAL -> ordered("<=", compared.field(), column, value);
            case GREATER -> ordered(">", compared.field(), column, value);
            case GREATER_OR_EQUAL -> ordered(">=", compared.field(), column, value);
        };
    }

    private static Condition ordered(String operator, ListField field, Field<?> column, Field<?> value) {
        // By code points, whatever the order of the database is.
        var collation = field.type() == ListField.Type.TEXT ? " collate \"C\"" : "";
        return condition("{0}" + collation + " " + operator + " {1}", column, value);
    }

    private List<Condition> conditions(List<ListFilter> filters) {
        return filters.stream().map(this::matching).toList();
    }

    private Field<?> column(ListField field) {
        var column = columns.get(field);
        if (column == null) {
            throw new IllegalArgumentException("no column for " + field.name());
        }
        return column;
    }

    private static Object bound(ListValue value) {
        if (value instanceof ListValue.Text text) {
            return text.text();
        }
        return value instanceof ListValue.Number number ? number.number() : ((ListValue.Moment) value).at();
    }

    private static Field<?> require(Map<String, Field<?>> columns, ListField field) {
        var column = columns.get(field.name());
        if (column == null) {
            throw new IllegalArgumentException("no column for " + field.name());
        }
        return column;
    }
}
