package io.animus.verifier;

import java.text.Normalizer;
import java.text.Normalizer.Form;

/**
 * Reads the inside of one string of canonical JSON with care: escapes as RFC 8785, 3.2.2.2, UTF-8 as RFC 3629, no
 * surrogates and noncharacters (RFC 7493, 2.1), Unicode NFC.
 */
final class JsonText {
    // Below the first combining mark every string is in NFC.
    private static final int FIRST_COMBINING = 0x300;
    private static final String SHORT_ESCAPES = "\"\\btnfr";
    private static final String SHORT_MEANINGS = "\"\\\b\t\n\f\r";
    private static final int[] SMALLEST = {0, 0x80, 0x800, 0x10000};

    private final byte[] json;
    private final int end;
    private int at;

    JsonText(byte[] json, int start, int end) {
        this.json = json;
        this.at = start;
        this.end = end;
    }

    /** Where the closing quote is, after {@link #read}. */
    int position() {
        return at;
    }

    String read() throws MalformedException {
        var text = new StringBuilder();
        var isSimple = true;
        while (peek() != '"') {
            var c = peek() == '\\' ? escaped() : character();
            isSimple &= c < FIRST_COMBINING;
            text.appendCodePoint(c);
        }
        if (!isSimple && !Normalizer.isNormalized(text, Form.NFC)) {
            throw wrong("text is not in Unicode NFC");
        }
        return text.toString();
    }

    private int escaped() throws MalformedException {
        at++;
        var c = next();
        var known = SHORT_ESCAPES.indexOf(c);
        if (known >= 0) {
            return SHORT_MEANINGS.charAt(known);
        }
        if (c != 'u' || next() != '0' || next() != '0') {
            throw wrong("an escape that canonical JSON does not have");
        }
        var high = next() - '0';
        var low = "0123456789abcdef".indexOf(next());
        var value = high << 4 | low;
        if (high < 0 || high > 1 || low < 0 || SHORT_MEANINGS.indexOf(value) >= 0) {
            throw wrong("an escape that canonical JSON does not have");
        }
        return value;
    }

    private int character() throws MalformedException {
        var first = next();
        if (first < 0x80) {
            if (first < ' ') {
                throw wrong("a control character that is not escaped");
            }
            return first;
        }
        var more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
        var value = first & 0x3F >> more;
        for (var i = 0; i < more; i++) {
            var c = next();
            if ((c & 0xC0) != 0x80) {
                throw wrong("not UTF-8");
            }
            value = value << 6 | c & 0x3F;
        }
        if (first < 0xC2 || first > 0xF4 || value < SMALLEST[more] || value > Character.MAX_CODE_POINT) {
            throw wrong("not UTF-8");
        }
        if (value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE
                || value >= 0xFDD0 && value <= 0xFDEF
                || (value & 0xFFFE) == 0xFFFE) {
            throw wrong("a surrogate or noncharacter");
        }
        return value;
    }

    private int peek() throws MalformedException {
        if (at == end) {
            throw wrong("a string without an end");
        }
        return json[at] & 0xFF;
    }

    private int next() throws MalformedException {
        var c = peek();
        at++;
        return c;
    }

    private MalformedException wrong(String why) {
        return new MalformedException(why + " at byte " + at);
    }
}
