package io.animus.kernel.domain.model;

import java.util.Locale;

/** How far a model version is trusted. The only changes that exist are those of {@link #mayBecome}. */
public enum Stage {
    DRAFT,
    /** A maintainer has looked at it and finds it sound. */
    VALIDATED,
    /** Somebody who did not make it has released it. */
    APPROVED,
    /** Not to be used any more; for ever. */
    DEPRECATED;

    /** Whether a version in this stage may go to {@code next}. */
    public boolean mayBecome(Stage next) {
        return switch (this) {
            case DRAFT -> next == VALIDATED || next == DEPRECATED;
            case VALIDATED -> next == APPROVED || next == DEPRECATED;
            case APPROVED -> next == DEPRECATED;
            case DEPRECATED -> false;
        };
    }

    /** As tables and the API write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no stage has this word */
    public static Stage of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
