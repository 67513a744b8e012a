package io.animus.api.types;

import java.util.regex.Pattern;

/** The full name of a git commit: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits. Short forms don't exist here. */
public record CommitSha(String value) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    public CommitSha {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "a commit is named by all of its 40 or 64 lower-case hex digits, not " + value);
        }
    }

    /** Whether {@code text} has the form of a full commit name. */
    public static boolean isFull(String text) {
        return FORM.matcher(text).matches();
    }

    @Override
    public String toString() {
        return value;
    }
}
