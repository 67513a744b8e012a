package io.animus.kernel.domain.run;

import java.util.Locale;

/** What a run's result may be used for. */
public enum RunKind {
    /** To try things out: a branch or tag is accepted and frozen to a commit. */
    DEVELOPMENT,
    /** To count: named by commit and digest alone. */
    PRODUCTION;

    /** As tables and the API write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no kind has this word */
    public static RunKind of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
