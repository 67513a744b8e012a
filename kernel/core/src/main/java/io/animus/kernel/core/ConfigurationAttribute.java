package io.animus.kernel.core;

import io.animus.api.types.Json;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One value of a configuration, as OSGi Metatype describes it (Compendium 105).
 *
 * @param items the most items of a list; 0 if it is no list
 * @param isRequired whether there is neither a default nor leave to omit it
 * @param min of a number, or the length of a text; null for none
 * @param max as {@code min}
 * @param options the only values it may have; empty for any
 * @param initial what holds if it is left out, a list with commas between; null if there is no default
 */
public record ConfigurationAttribute(
        String id,
        Kind kind,
        int items,
        boolean isRequired,
        @Nullable Long min,
        @Nullable Long max,
        List<String> options,
        String title,
        String description,
        @Nullable String initial) {
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,18})?");
    private static final Pattern REFERENCE = Pattern.compile("file:/[^\\p{Cntrl}]{1,1000}");
    private static final int MAX_TEXT = 4096;
    private static final int MAX_ITEMS = 256;

    /** Types of values. Fractions are texts, since the hub's JSON knows whole numbers alone. */
    public enum Kind {
        STRING(String.class, 0, 0),
        CHARACTER(Character.class, 0, 0),
        BOOLEAN(Boolean.class, 0, 0),
        BYTE(Byte.class, Byte.MIN_VALUE, Byte.MAX_VALUE),
        SHORT(Short.class, Short.MIN_VALUE, Short.MAX_VALUE),
        INTEGER(Integer.class, Integer.MIN_VALUE, Integer.MAX_VALUE),
        LONG(Long.class, -(1L << 53) + 1, (1L << 53) - 1),
        FLOAT(Float.class, 0, 0),
        DOUBLE(Double.class, 0, 0),
        /** A secret: the configuration says where it is, never what it is. */
        PASSWORD(String.class, 0, 0);

        private final Class<?> type;
        private final long least;
        private final long most;

        Kind(Class<?> type, long least, long most) {
            this.type = type;
            this.least = least;
            this.most = most;
        }

        /** The type with this name in Metatype's XML. */
        static Kind of(String name) {
            return name.equals("Char") ? CHARACTER : valueOf(name.toUpperCase(Locale.ROOT));
        }

        boolean isWhole() {
            return least < most;
        }
    }

    public ConfigurationAttribute {
        options = List.copyOf(options);
    }

    /** What is wrong with a value, never the value itself; empty if it is right. */
    Optional<String> problem(Json value) {
        if (items == 0) {
            return one(value);
        }
        if (!(value instanceof Json.Sequence list)) {
            return Optional.of("It must be an array.");
        }
        if (list.items().size() > most()) {
            return Optional.of("It must have at most " + most() + " items.");
        }
        return list.items().stream().flatMap(item -> one(item).stream()).findFirst();
    }

    private int most() {
        return Math.min(items, MAX_ITEMS);
    }

    private Optional<String> one(Json value) {
        if (kind.isWhole()) {
            var isRight =
                    value instanceof Json.Whole number && number.value() >= least() && number.value() <= largest();
            return isRight
                    ? among(value)
                    : Optional.of("It must be a whole number from " + least() + " to " + largest() + ".");
        }
        if (kind == Kind.BOOLEAN) {
            return value instanceof Json.Flag ? Optional.empty() : Optional.of("It must be true or false.");
        }
        if (!(value instanceof Json.Text text)) {
            return Optional.of("It must be a string.");
        }
        return text(text.value()).or(() -> among(value));
    }

    private Optional<String> text(String text) {
        if (text.contains("$[")) {
            // The framework would put something else there, a variable of the environment for example.
            return Optional.of("It can't hold $[.");
        }
        var length = text.codePointCount(0, text.length());
        return switch (kind) {
            case PASSWORD ->
                REFERENCE.matcher(text).matches()
                        ? Optional.empty()
                        : Optional.of("It is a secret: say where it is, as file:/path, and never what it is.");
            case FLOAT, DOUBLE ->
                DECIMAL.matcher(text).matches()
                        ? Optional.empty()
                        : Optional.of("It must be a number such as \"1.5\".");
            case CHARACTER -> text.length() == 1 ? Optional.empty() : Optional.of("It must be one character.");
            default ->
                length >= shortest() && length <= longest()
                        ? Optional.empty()
                        : Optional.of("It must have %d to %d characters.".formatted(shortest(), longest()));
        };
    }

    private Optional<String> among(Json value) {
        var text = value instanceof Json.Text known
                ? known.value()
                : new String(value.canonical(), StandardCharsets.UTF_8);
        return options.isEmpty() || options.contains(text)
                ? Optional.empty()
                : Optional.of("It must be one of " + String.join(", ", options) + ".");
    }

    private long least() {
        return min == null ? kind.least : Math.max(min, kind.least);
    }

    private long largest() {
        return max == null ? kind.most : Math.min(max, kind.most);
    }

    private long shortest() {
        return min == null ? 0 : Math.max(min, 0);
    }

    private long longest() {
        return max == null ? MAX_TEXT : Math.min(max, MAX_TEXT);
    }

    /** A right value as Configuration Admin takes it. */
    Object typed(Json value) {
        if (!(value instanceof Json.Sequence list)) {
            return single(value);
        }
        var array = Array.newInstance(kind.type, list.items().size());
        for (var i = 0; i < list.items().size(); i++) {
            Array.set(array, i, single(list.items().get(i)));
        }
        return array;
    }

    private Object single(Json value) {
        if (value instanceof Json.Whole whole) {
            var number = whole.value();
            return switch (kind) {
                case BYTE -> (byte) number;
                case SHORT -> (short) number;
                case INTEGER -> (int) number;
                default -> number;
            };
        }
        if (value instanceof Json.Flag flag) {
            return flag.value();
        }
        var text = ((Json.Text) value).value();
        return switch (kind) {
            case FLOAT -> Float.valueOf(text);
            case DOUBLE -> Double.valueOf(text);
            case CHARACTER -> text.charAt(0);
            default -> text;
        };
    }

    /** What Configuration Admin has, as it may be shown; empty if that is not known to be harmless. */
    Optional<Json> shown(Object value) {
        var items = value.getClass().isArray()
                ? IntStream.range(0, Array.getLength(value))
                        .mapToObj(i -> Array.get(value, i))
                        .toList()
                : value instanceof Collection<?> many ? List.copyOf(many) : List.of(value);
        var shown = items.stream()
                .flatMap(item -> plain(String.valueOf(item)).stream())
                .toList();
        if (shown.size() != items.size()) {
            return Optional.empty();
        }
        return this.items == 0 ? shown.stream().findFirst() : Optional.of(Json.array(shown));
    }

    /** A value as it stands in a file; a secret that isn't a reference is not shown, and what is wrong neither. */
    private Optional<Json> plain(String text) {
        Json value;
        try {
            value = kind.isWhole()
                    ? Json.of(Long.parseLong(text.strip()))
                    : kind == Kind.BOOLEAN ? Json.of(Boolean.parseBoolean(text.strip())) : Json.of(text);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return kind == Kind.PASSWORD && !REFERENCE.matcher(text).matches() ? Optional.empty() : Optional.of(value);
    }

    /** As JSON Schema, draft 2020-12. */
    Json.Members schema() {
        var item = Json.object();
        if (kind.isWhole()) {
            item.put("type", "integer").put("minimum", least()).put("maximum", largest());
        } else if (kind == Kind.BOOLEAN) {
            item.put("type", "boolean");
        } else {
            item.put("type", "string");
            switch (kind) {
                case PASSWORD -> item.put("pattern", "^file:/");
                case FLOAT, DOUBLE -> item.put("pattern", "^" + DECIMAL.pattern() + "$");
                case CHARACTER -> item.put("minLength", 1).put("maxLength", 1);
                default -> item.put("minLength", shortest()).put("maxLength", longest());
            }
        }
        if (!options.isEmpty()) {
            var values =
                    options.stream().flatMap(option -> plain(option).stream()).toList();
            item.put("enum", Json.array(values));
        }
        var described = items == 0
                ? item
                : Json.object().put("type", "array").put("maxItems", most()).put("items", item.build());
        var before = initial;
        if (before != null && kind != Kind.PASSWORD) {
            described.putIfPresent("default", initially(before).orElse(null));
        }
        return described.put("title", title).put("description", description).build();
    }

    private Optional<Json> initially(String text) {
        if (items == 0) {
            return plain(text);
        }
        return text.isEmpty() ? Optional.of(Json.array()) : shown(text.split("(?<!\\\\),"));
    }
}
