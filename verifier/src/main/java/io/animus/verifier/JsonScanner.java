package io.animus.verifier;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/**
 * Steps through canonical JSON (RFC 8785, restricted as docs/audit/format.md says) in place, and refuses all that is not
 * canonical. It copies nothing: after {@link #string()} the string is where {@link #from} and {@link #to} say. Whatever is
 * not plain ASCII takes the slow path through {@link JsonText}.
 */
final class JsonScanner {
    /** How deep arrays and objects may be nested. */
    static final int MAX_DEPTH = 8;

    private static final long MAX_WHOLE = (1L << 53) - 1;
    private static final int MAX_DIGITS = 16;

    /** The bytes that are read. */
    byte[] json = {};
    /** Where the last string starts, after its quote. */
    int from;
    /** Where the last string ends, before its quote. */
    int to;

    private boolean plain;
    private String text = "";
    private int at;
    private int end;

    /** Begins to read {@code json[start, end)}. */
    void begin(byte[] json, int start, int end) {
        this.json = json;
        this.at = start;
        this.end = end;
    }

    /** Where reading goes on. */
    int position() {
        return at;
    }

    /** The next byte, or 0 at the end; it is not consumed. */
    byte peek() {
        return at < end ? json[at] : 0;
    }

    void expect(char c) throws MalformedException {
        if (peek() != c) {
            throw wrong("'" + c + "' expected");
        }
        at++;
    }

    /** Consumes {@code c} if it is next. */
    boolean take(char c) {
        if (peek() == c) {
            at++;
            return true;
        }
        return false;
    }

    void end() throws MalformedException {
        if (at != end) {
            throw wrong("there is more than one value");
        }
    }

    /** Reads a string. */
    void string() throws MalformedException {
        expect('"');
        from = at;
        while (at < end && json[at] >= ' ' && json[at] != '"' && json[at] != '\\') {
            at++;
        }
        plain = peek() == '"';
        if (!plain) {
            var slow = new JsonText(json, from, end);
            text = slow.read();
            at = slow.position();
        }
        to = at;
        expect('"');
    }

    /** Whether the last string is ASCII without escapes, so that its bytes are its characters. */
    boolean isPlain() {
        return plain;
    }

    /** The last string. */
    String text() {
        return plain ? new String(json, from, to - from, US_ASCII) : text;
    }

    /** Whether the last string is this one, which is ASCII without escapes. */
    boolean is(byte[] ascii) {
        return plain && Arrays.equals(json, from, to, ascii, 0, ascii.length);
    }

    /** Reads a whole number. */
    long whole() throws MalformedException {
        var negative = take('-');
        var first = at;
        var value = 0L;
        while (at < end && json[at] >= '0' && json[at] <= '9' && at - first <= MAX_DIGITS) {
            value = 10 * value + json[at++] - '0';
        }
        var isCanonical = at > first && (json[first] != '0' || at == first + 1 && !negative);
        if (!isCanonical || value > MAX_WHOLE) {
            throw wrong("not a whole number within ±(2^53-1), in its shortest form");
        }
        return negative ? -value : value;
    }

    /** Reads any value and forgets it. */
    void skip(int depth) throws MalformedException {
        switch (peek()) {
            case '"' -> string();
            case '{' -> skipObject(deeper(depth));
            case '[' -> skipArray(deeper(depth));
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> whole();
        }
    }

    private void skipObject(int depth) throws MalformedException {
        expect('{');
        if (take('}')) {
            return;
        }
        string();
        expect(':');
        var last = new Name(this);
        skip(depth);
        while (take(',')) {
            string();
            last.checkBefore(this);
            expect(':');
            last = new Name(this);
            skip(depth);
        }
        expect('}');
    }

    private void skipArray(int depth) throws MalformedException {
        expect('[');
        if (take(']')) {
            return;
        }
        do {
            skip(depth);
        } while (take(','));
        expect(']');
    }

    private int deeper(int depth) throws MalformedException {
        if (depth == 0) {
            throw wrong("nested deeper than " + MAX_DEPTH);
        }
        return depth - 1;
    }

    private void word(String word) throws MalformedException {
        for (var i = 0; i < word.length(); i++) {
            expect(word.charAt(i));
        }
    }

    MalformedException wrong(String why) {
        return new MalformedException(why + " at byte " + at);
    }

    /** The name of a member, kept to be compared with the next: names ascend by UTF-16 code units (RFC 8785, 3.2.3). */
    private record Name(String text) {
        Name(JsonScanner scanner) {
            this(scanner.text());
        }

        void checkBefore(JsonScanner scanner) throws MalformedException {
            if (text.compareTo(scanner.text()) >= 0) {
                throw scanner.wrong("members out of order, or twice the same");
            }
        }
    }
}
