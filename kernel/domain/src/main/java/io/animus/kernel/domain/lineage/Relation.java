package io.animus.kernel.domain.lineage;

import java.util.Locale;

/** How one thing stands to another in {@link LineageEdge}. */
public enum Relation {
    DERIVED_FROM,
    TRAINED_ON,
    PRODUCED,
    BUILT_FROM,
    VERSION_OF;

    /** As tables and the API write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no relation has this word */
    public static Relation of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
