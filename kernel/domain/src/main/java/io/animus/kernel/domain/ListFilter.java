package io.animus.kernel.domain;

import java.util.List;

/**
 * What the wanted items of a list have in common. Each is true or false: a field that holds nothing is unequal to every value,
 * neither less nor greater than one, and starts with nothing.
 *
 * <p>Whatever the type of its field doesn't allow can't be made: constructors throw {@link IllegalArgumentException} with a
 * message for whoever asks.
 */
public sealed interface ListFilter {
    /** How a field is to compare with a value: texts by code points. */
    enum Relation {
        EQUAL,
        UNEQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL
    }

    record Compared(ListField field, Relation relation, ListValue value) implements ListFilter {
        public Compared {
            field.requireComparable(value);
            var ordered = relation != Relation.EQUAL && relation != Relation.UNEQUAL;
            field.require(field.type() != ListField.Type.WORD || !ordered, "has no order: use ==, != or in");
        }
    }

    /** The field holds nothing. */
    record Absent(ListField field) implements ListFilter {
        public Absent {
            field.require(field.type() != ListField.Type.TEXTS, "is never null");
        }
    }

    /** The field holds one of the values. */
    record OneOf(ListField field, List<ListValue> values) implements ListFilter {
        public OneOf {
            values = List.copyOf(values);
            values.forEach(field::requireComparable);
        }
    }

    record StartsWith(ListField field, ListValue.Text prefix) implements ListFilter {
        public StartsWith {
            field.require(field.type() == ListField.Type.TEXT, "has no startsWith");
        }
    }

    /** The field has {@code text} among its texts. */
    record Holds(ListField field, ListValue.Text text) implements ListFilter {
        public Holds {
            field.require(field.type() == ListField.Type.TEXTS, "is no list: use == or in [\"…\"]");
        }
    }

    record All(List<ListFilter> filters) implements ListFilter {
        public All {
            filters = List.copyOf(filters);
        }
    }

    record Any(List<ListFilter> filters) implements ListFilter {
        public Any {
            filters = List.copyOf(filters);
        }
    }

    record Not(ListFilter filter) implements ListFilter {}
}
