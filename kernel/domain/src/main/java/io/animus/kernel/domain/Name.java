package io.animus.kernel.domain;

import java.util.regex.Pattern;

/** A name that is unique within its parent: {@code [a-z0-9][a-z0-9-]{0,62}}. */
public record Name(String value) {
    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    public Name {
        if (!isForm(value)) {
            throw new IllegalArgumentException("a name is 1 to 63 of a-z 0-9 -, not " + value);
        }
    }

    /** Whether {@code text} has the form of a name. */
    public static boolean isForm(String text) {
        return FORM.matcher(text).matches();
    }

    @Override
    public String toString() {
        return value;
    }
}
