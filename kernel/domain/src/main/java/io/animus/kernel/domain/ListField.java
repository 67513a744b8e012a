package io.animus.kernel.domain;

import java.util.List;

/**
 * A field that a list can be filtered by.
 *
 * @param name path of the member that shows it, such as {@code createdBy.id}
 * @param words what a field of type {@link Type#WORD} can hold; empty for others
 */
public record ListField(String name, Type type, List<String> words) {
    /** What a field holds, unless it holds nothing. */
    public enum Type {
        TEXT,
        /** One of a few words, which have no order. */
        WORD,
        /** An integer of 64 bits. */
        NUMBER,
        TIME,
        /** Any number of texts. */
        TEXTS
    }

    public ListField {
        words = List.copyOf(words);
    }

    public static ListField text(String name) {
        return new ListField(name, Type.TEXT, List.of());
    }

    public static ListField word(String name, List<String> words) {
        return new ListField(name, Type.WORD, words);
    }

    public static ListField number(String name) {
        return new ListField(name, Type.NUMBER, List.of());
    }

    public static ListField time(String name) {
        return new ListField(name, Type.TIME, List.of());
    }

    public static ListField texts(String name) {
        return new ListField(name, Type.TEXTS, List.of());
    }

    /** @throws IllegalArgumentException if it can't be compared with {@code value}; the message is for whoever asks */
    void requireComparable(ListValue value) {
        var comparable =
                switch (type) {
                    case TEXT -> value instanceof ListValue.Text;
                    case WORD -> value instanceof ListValue.Text text && words.contains(text.text());
                    case NUMBER -> value instanceof ListValue.Number;
                    case TIME -> value instanceof ListValue.Moment;
                    case TEXTS -> false;
                };
        require(comparable, "is compared with %s".formatted(what()));
    }

    void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("%s %s.".formatted(name, rule));
        }
    }

    private String what() {
        return switch (type) {
            case TEXT -> "a string";
            case WORD -> "one of \"" + String.join("\", \"", words) + "\"";
            case NUMBER -> "an integer";
            case TIME -> "a timestamp(\"…\")";
            case TEXTS -> "nothing: write \"…\" in " + name;
        };
    }
}
