package io.animus.api.types;

import java.util.UUID;

/**
 * An id that says what it names and sorts by when it was made: a lower-case prefix, {@code _}, and a UUIDv7 in 26
 * characters of Crockford's base32 (the TypeID specification 0.3), for example {@code run_01jd8m3v6qfz0s8t3p1k5n7r9w}.
 */
public record TypeId(String value) implements Comparable<TypeId> {
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int SUFFIX = 26;
    private static final int LONGEST_PREFIX = 63;

    public TypeId {
        if (!isForm(value)) {
            throw new IllegalArgumentException("an id is a prefix, _ and 26 base32 characters, not " + value);
        }
    }

    /** The id with this prefix and number. */
    public static TypeId of(String prefix, UUID number) {
        var suffix = new char[SUFFIX];
        var high = number.getMostSignificantBits();
        var low = number.getLeastSignificantBits();
        for (var i = SUFFIX - 1; i >= 0; i--) {
            suffix[i] = ALPHABET.charAt((int) (low & 31));
            low = (low >>> 5) | (high << 59);
            high >>>= 5;
        }
        return new TypeId(prefix + "_" + new String(suffix));
    }

    /** Whether {@code text} has the form of an id with this prefix. */
    public static boolean isForm(String prefix, String text) {
        return text.length() == prefix.length() + 1 + SUFFIX && text.startsWith(prefix) && isForm(text);
    }

    // By hand: ids are read with every request, and patterns showed in its profile.
    private static boolean isForm(String text) {
        var suffix = text.length() - SUFFIX;
        var prefix = suffix - 1;
        if (prefix < 1 || prefix > LONGEST_PREFIX || text.charAt(prefix) != '_' || text.charAt(suffix) > '7') {
            return false;
        }
        for (var i = 0; i < prefix; i++) {
            var c = text.charAt(i);
            var isInside = i > 0 && i < prefix - 1;
            if ((c < 'a' || c > 'z') && !(isInside && c == '_')) {
                return false;
            }
        }
        for (var i = suffix; i < text.length(); i++) {
            if (ALPHABET.indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    /** The number that the characters after the prefix spell. */
    public UUID number() {
        var high = 0L;
        var low = 0L;
        for (var i = value.length() - SUFFIX; i < value.length(); i++) {
            high = (high << 5) | (low >>> 59);
            low = (low << 5) | ALPHABET.indexOf(value.charAt(i));
        }
        return new UUID(high, low);
    }

    /** What kind of thing the id names. */
    public String prefix() {
        return value.substring(0, value.length() - SUFFIX - 1);
    }

    @Override
    public int compareTo(TypeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
