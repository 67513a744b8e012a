package io.animus.api.types;

import java.text.Normalizer;
import java.text.Normalizer.Form;

/** Which strings canonical JSON may hold. */
final class JsonText {
    // Below the first combining mark every string is in NFC and has neither surrogates nor noncharacters.
    private static final char FIRST_TO_LOOK_AT = '\u0300';
    private static final int REPLACEMENT = 0xFFFD;

    private JsonText() {}

    /** Messages name the place and never the text, which may be long or secret. */
    static void check(String text) {
        if (isPlain(text)) {
            return;
        }
        for (var i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (isRefused(text.codePointAt(i))) {
                throw new IllegalArgumentException("a lone surrogate or noncharacter at UTF-16 index " + i);
            }
        }
        if (!Normalizer.isNormalized(text, Form.NFC)) {
            throw new IllegalArgumentException("text is not in Unicode normalization form C (NFC)");
        }
    }

    static String clean(String text) {
        if (isPlain(text)) {
            return text;
        }
        var kept = new StringBuilder(text.length());
        text.codePoints().map(c -> isRefused(c) ? REPLACEMENT : c).forEach(kept::appendCodePoint);
        return Normalizer.normalize(kept, Form.NFC);
    }

    private static boolean isPlain(String text) {
        for (var i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= FIRST_TO_LOOK_AT) {
                return false;
            }
        }
        return true;
    }

    private static boolean isRefused(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE
                || codePoint >= 0xFDD0 && codePoint <= 0xFDEF
                || (codePoint & 0xFFFE) == 0xFFFE;
    }
}
