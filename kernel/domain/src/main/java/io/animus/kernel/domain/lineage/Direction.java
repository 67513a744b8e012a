package io.animus.kernel.domain.lineage;

import java.util.Locale;

/** Which way lineage is followed. */
public enum Direction {
    /** Towards what something came from. */
    UPSTREAM,
    /** Towards what came from it. */
    DOWNSTREAM,
    /** Each on its own from the root, so that siblings don't show. */
    BOTH;

    /** As the API writes it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no direction has this word */
    public static Direction of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
