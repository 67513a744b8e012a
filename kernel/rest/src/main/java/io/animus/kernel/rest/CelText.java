package io.animus.kernel.rest;

import java.util.Map;

/** The text that a string literal of CEL stands for: in single or double quotes, with escapes. */
final class CelText {
    private static final Map<Character, Integer> DIGITS = Map.of('x', 2, 'X', 2, 'u', 4, 'U', 8);
    private static final Map<Character, Character> ESCAPES = Map.ofEntries(
            Map.entry('a', '\u0007'),
            Map.entry('b', '\b'),
            Map.entry('f', '\f'),
            Map.entry('n', '\n'),
            Map.entry('r', '\r'),
            Map.entry('t', '\t'),
            Map.entry('v', '\u000b'),
            Map.entry('\\', '\\'),
            Map.entry('?', '?'),
            Map.entry('"', '"'),
            Map.entry('\'', '\''),
            Map.entry('`', '`'));

    private final String literal;
    private final StringBuilder text = new StringBuilder();
    private int at = 1;

    private CelText(String literal) {
        this.literal = literal;
    }

    /** @throws IllegalArgumentException with why not, for whoever wrote it */
    static String of(String literal) {
        var quote = literal.charAt(0);
        if (quote != '"' && quote != '\'' || literal.startsWith("\"\"\"") || literal.startsWith("'''")) {
            throw new IllegalArgumentException("Strings stand in one pair of quotes, without r or b before them.");
        }
        return new CelText(literal).read();
    }

    private String read() {
        var end = literal.length() - 1;
        while (at < end) {
            var c = literal.charAt(at++);
            if (c == '\\') {
                escape(literal.charAt(at++));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    private void escape(char c) {
        var simple = ESCAPES.get(c);
        if (simple != null) {
            text.append(simple.charValue());
        } else if (c >= '0' && c <= '3') {
            at--;
            append(3, 8);
        } else {
            append(DIGITS.getOrDefault(c, 0), 16);
        }
    }

    private void append(int digits, int radix) {
        try {
            text.appendCodePoint(Integer.parseInt(literal, at, at + digits, radix));
            at += digits;
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("There is no such escape.", e);
        }
    }
}
