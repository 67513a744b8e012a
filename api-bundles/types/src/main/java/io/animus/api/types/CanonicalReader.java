package io.animus.api.types;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;

/**
 * Reads what {@link CanonicalWriter} wrote and nothing else. Whatever is not in its one spelling is refused where it
 * stands, so that the value need not be written again to find out.
 */
final class CanonicalReader {
    private static final int END = -1;
    private static final int LONGEST_NUMBER = 17;
    private static final int LONGEST_KNOWN = 32;

    /** Names that were read lately, each where its hash says: the same few come in object after object. */
    private static final String[] KNOWN = new String[512];

    private final byte[] bytes;
    private int at;

    private CanonicalReader(byte[] bytes) {
        this.bytes = bytes;
    }

    static Json read(byte[] canonical) {
        var reader = new CanonicalReader(canonical);
        var value = reader.value(Json.MAX_DEPTH);
        if (reader.at != canonical.length) {
            throw reader.wrong();
        }
        return value;
    }

    private Json value(int depth) {
        return switch (peek()) {
            case '{' -> members(depth - 1);
            case '[' -> items(depth - 1);
            case '"' -> new Json.Text(string());
            case 't' -> word("true", new Json.Flag(true));
            case 'f' -> word("false", new Json.Flag(false));
            case 'n' -> word("null", Json.NULL);
            default -> new Json.Whole(number());
        };
    }

    private Json members(int depth) {
        enter(depth);
        var names = new ArrayList<String>();
        var values = new ArrayList<Json>();
        while (peek() != '}') {
            if (!names.isEmpty()) {
                expect(',');
            }
            var name = name();
            if (!names.isEmpty() && name.compareTo(names.get(names.size() - 1)) <= 0) {
                throw wrong();
            }
            expect(':');
            names.add(name);
            values.add(value(depth));
        }
        expect('}');
        return new Json.Members(new SortedMembers(names.toArray(String[]::new), values.toArray(Json[]::new)));
    }

    private Json items(int depth) {
        enter(depth);
        var items = new ArrayList<Json>();
        while (peek() != ']') {
            if (!items.isEmpty()) {
                expect(',');
            }
            items.add(value(depth));
        }
        expect(']');
        return new Json.Sequence(items);
    }

    private String name() {
        expect('"');
        var start = at;
        var hash = 0;
        while (at < bytes.length && isPlain(bytes[at])) {
            hash = 31 * hash + bytes[at++];
        }
        var size = at - start;
        if (peek() != '"' || size > LONGEST_KNOWN) {
            at = start - 1;
            return string();
        }
        at++;
        var place = (hash ^ hash >>> 16) & KNOWN.length - 1;
        var known = KNOWN[place];
        if (known != null && isAt(start, size, known)) {
            return known;
        }
        // Of two threads that do so at once one is forgotten.
        var name = new String(bytes, start, size, ISO_8859_1);
        KNOWN[place] = name;
        return name;
    }

    private boolean isAt(int start, int size, String known) {
        if (known.length() != size) {
            return false;
        }
        for (var i = 0; i < size; i++) {
            if (known.charAt(i) != bytes[start + i]) {
                return false;
            }
        }
        return true;
    }

    private String string() {
        expect('"');
        var start = at;
        var end = start;
        while (end < bytes.length && isPlain(bytes[end])) {
            end++;
        }
        at = end;
        return peek() == '"' ? new String(bytes, start, at++ - start, ISO_8859_1) : anyString(start);
    }

    /** Bytes from 0x80 on are negative. */
    private static boolean isPlain(byte b) {
        return b >= ' ' && b != '"' && b != '\\';
    }

    /** Of a string that is more than ASCII, which is rare, the spelling is checked by writing it again. */
    private String anyString(int start) {
        while (peek() != '"') {
            at += peek() == '\\' ? 2 : 1;
            if (at >= bytes.length) {
                throw wrong();
            }
        }
        var value = unescaped(new String(bytes, start, at - start, UTF_8));
        at++;
        if (!Arrays.equals(new Json.Text(value).canonical(), Arrays.copyOfRange(bytes, start - 1, at))) {
            throw wrong();
        }
        return value;
    }

    private String unescaped(String text) {
        var read = new StringBuilder(text.length());
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c != '\\') {
                read.append(c);
                continue;
            }
            i++;
            switch (text.charAt(i)) {
                case 'b' -> read.append('\b');
                case 't' -> read.append('\t');
                case 'n' -> read.append('\n');
                case 'f' -> read.append('\f');
                case 'r' -> read.append('\r');
                case 'u' -> {
                    read.append(hex(text, i + 1));
                    i += 4;
                }
                default -> read.append(text.charAt(i));
            }
        }
        return read.toString();
    }

    private char hex(String text, int from) {
        var value = 0;
        for (var i = from; i < from + 4; i++) {
            var digit = i < text.length() ? Character.digit(text.charAt(i), 16) : -1;
            if (digit < 0) {
                throw wrong();
            }
            value = value << 4 | digit;
        }
        return (char) value;
    }

    private long number() {
        var start = at;
        var isNegative = peek() == '-';
        if (isNegative) {
            at++;
        }
        var first = peek();
        var value = 0L;
        while (peek() >= '0' && peek() <= '9' && at - start < LONGEST_NUMBER) {
            value = 10 * value + (bytes[at++] - '0');
        }
        var digits = at - start - (isNegative ? 1 : 0);
        if (digits == 0 || first == '0' && (digits > 1 || isNegative)) {
            throw wrong();
        }
        return isNegative ? -value : value;
    }

    private Json word(String word, Json meaning) {
        for (var i = 0; i < word.length(); i++) {
            expect(word.charAt(i));
        }
        return meaning;
    }

    private void enter(int depth) {
        if (depth < 0) {
            throw new IllegalArgumentException("nested deeper than " + Json.MAX_DEPTH);
        }
        at++;
    }

    private void expect(char c) {
        if (peek() != c) {
            throw wrong();
        }
        at++;
    }

    private int peek() {
        return at < bytes.length ? bytes[at] & 0xFF : END;
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("not JSON in its canonical form at byte " + at);
    }
}
