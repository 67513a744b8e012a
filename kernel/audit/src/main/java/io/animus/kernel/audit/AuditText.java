package io.animus.kernel.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Json;
import org.jspecify.annotations.Nullable;

/** Which texts an audit event may hold outside of its details: short, one line, in NFC. */
public final class AuditText {
    private static final String CUT = "…";
    private static final int MAX_NAME = 63;

    private AuditText() {}

    /**
     * Makes any text fit: in NFC, with spaces in place of control characters, U+FFFD in place of broken ones, and cut to
     * {@code max} bytes of UTF-8, the last of which are then {@code …}. An empty text becomes one space.
     *
     * @param max 4 or more
     */
    public static String fit(String text, int max) {
        // Normalizing shortens a text to a quarter at most, so the start alone decides about a huge one.
        var start = text.substring(0, Math.min(text.length(), 4 * max + 1));
        var line = new StringBuilder(Json.clean(start).value());
        for (var i = 0; i < line.length(); i++) {
            if (Character.isISOControl(line.charAt(i))) {
                line.setCharAt(i, ' ');
            }
        }
        if (line.isEmpty()) {
            return " ";
        }
        var fitted = line.toString();
        return isWithin(fitted, max) ? fitted : cut(fitted, max - CUT.getBytes(UTF_8).length);
    }

    // The start of a text in NFC is in NFC, and nothing composes with the ellipsis.
    private static String cut(String text, int max) {
        var bytes = 0;
        var end = 0;
        while (end < text.length()) {
            var c = text.codePointAt(end);
            bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
            if (bytes > max) {
                break;
            }
            end += Character.charCount(c);
        }
        return text.substring(0, end) + CUT;
    }

    static void checkIfPresent(String what, @Nullable String text, int max) {
        if (text != null) {
            check(what, text, max);
        }
    }

    static void check(String what, String text, int max) {
        if (text.isEmpty() || !isWithin(text, max)) {
            throw new IllegalArgumentException(what + " must have 1 to " + max + " bytes of UTF-8");
        }
        for (var i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                throw new IllegalArgumentException(what + " must not hold control characters");
            }
        }
        if (!Json.clean(text).value().equals(text)) {
            throw new IllegalArgumentException(what + " must be in Unicode NFC, without lone surrogates");
        }
    }

    /** Whether {@code text} from {@code start} to before {@code end} is {@code [a-z][A-Za-z0-9]{0,62}}. */
    static boolean isName(String text, int start, int end) {
        if (end <= start || end - start > MAX_NAME || text.charAt(start) < 'a' || text.charAt(start) > 'z') {
            return false;
        }
        for (var i = start + 1; i < end; i++) {
            var c = text.charAt(i);
            if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWithin(String text, int max) {
        return text.length() <= max && (text.length() * 3 <= max || text.getBytes(UTF_8).length <= max);
    }
}
