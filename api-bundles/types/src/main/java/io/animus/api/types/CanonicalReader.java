package io.animus.api.types;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads what {@link CanonicalWriter} wrote and nothing else: it may be lenient in places, because at the end the value is
 * written again and has to give the same bytes.
 */
final class CanonicalReader {
    private static final char END = '\uFFFF';
    private static final int LONGEST_NUMBER = 17;

    private final String text;
    private int at;

    private CanonicalReader(String text) {
        this.text = text;
    }

    static Json read(byte[] canonical) {
        var reader = new CanonicalReader(new String(canonical, UTF_8));
        var value = reader.value(Json.MAX_DEPTH);
        if (!Arrays.equals(value.canonical(), canonical)) {
            throw new IllegalArgumentException("JSON, but not in its canonical form");
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
        SortedMap<String, Json> members = new TreeMap<>();
        while (peek() != '}') {
            if (!members.isEmpty()) {
                expect(',');
            }
            var name = string();
            expect(':');
            members.put(name, value(depth));
        }
        expect('}');
        return new Json.Members(members);
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

    private String string() {
        expect('"');
        var start = at;
        while (peek() != '"' && peek() != '\\' && at < text.length()) {
            at++;
        }
        if (peek() == '"') {
            return text.substring(start, at++);
        }
        var read = new StringBuilder().append(text, start, at);
        while (peek() != '"') {
            var c = next();
            read.append(c == '\\' ? escaped() : c);
        }
        expect('"');
        return read.toString();
    }

    private char escaped() {
        var c = next();
        return switch (c) {
            case 'b' -> '\b';
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'f' -> '\f';
            case 'r' -> '\r';
            case 'u' -> hex();
            default -> c;
        };
    }

    private char hex() {
        var value = 0;
        for (var i = 0; i < 4; i++) {
            var digit = Character.digit(next(), 16);
            if (digit < 0) {
                throw wrong();
            }
            value = value << 4 | digit;
        }
        return (char) value;
    }

    private long number() {
        var start = at;
        while (peek() == '-' || peek() >= '0' && peek() <= '9') {
            at++;
        }
        if (at == start
                || at - start > LONGEST_NUMBER
                || text.lastIndexOf('-', at - 1) > start
                || text.charAt(at - 1) == '-') {
            throw wrong();
        }
        return Long.parseLong(text, start, at, 10);
    }

    private Json word(String word, Json meaning) {
        if (!text.startsWith(word, at)) {
            throw wrong();
        }
        at += word.length();
        return meaning;
    }

    private void enter(int depth) {
        if (depth < 0) {
            throw new IllegalArgumentException("nested deeper than " + Json.MAX_DEPTH);
        }
        at++;
    }

    private void expect(char c) {
        if (next() != c) {
            throw wrong();
        }
    }

    private char next() {
        var c = peek();
        if (at == text.length()) {
            throw wrong();
        }
        at++;
        return c;
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : END;
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("not canonical JSON from character " + at);
    }
}
