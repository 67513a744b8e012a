package io.animus.kernel.domain.run;

import java.util.Locale;

/** Whose matter a failure is. */
public enum ErrorClass {
    /** The code: it exited non-zero, used more than its limits, or left no output. */
    USER,
    DATA,
    ENVIRONMENT,
    POLICY,
    PLATFORM;

    /** As tables and the API write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no class has this word */
    public static ErrorClass of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
