package io.animus.kernel.audit.log;

import java.util.Base64;

/** The rules of C2SP signed-note for what stands in a note. */
final class NoteText {
    private NoteText() {}

    /** Reads standard base64 with padding, in the one form that encodes its bytes. */
    static byte[] base64(String text) {
        var bytes = Base64.getDecoder().decode(text);
        if (!Base64.getEncoder().encodeToString(bytes).equals(text)) {
            throw new IllegalArgumentException("not the base64 of its bytes");
        }
        return bytes;
    }

    /** Whether the text may name a key: not empty, no spaces, no plus, nothing that doesn't print. */
    static boolean isName(String text) {
        return !text.isEmpty()
                && text.codePoints()
                        .noneMatch(c -> c == '+'
                                || Character.isWhitespace(c)
                                || Character.isSpaceChar(c)
                                || Character.isISOControl(c)
                                || (c >= 0xD800 && c <= 0xDFFF));
    }

    /** Whether the text may be signed: ends with a line feed, and has no other control characters below U+0020. */
    static boolean isText(String text) {
        return text.endsWith("\n")
                && text.codePoints().noneMatch(c -> c < 0x20 && c != '\n' || (c >= 0xD800 && c <= 0xDFFF));
    }

    /** Reads a decimal number from 0 on without leading zeros. */
    static long number(String text) {
        if (!text.matches("0|[1-9][0-9]{0,17}")) {
            throw new IllegalArgumentException("not a number without leading zeros: " + text);
        }
        return Long.parseLong(text);
    }
}
