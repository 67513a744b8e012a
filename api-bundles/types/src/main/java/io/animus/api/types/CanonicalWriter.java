package io.animus.api.types;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;

/** Writes RFC 8785: no white space, members in order, one way to escape. What may be written was checked by {@link Json}. */
final class CanonicalWriter {
    private static final byte[] HEX = "0123456789abcdef".getBytes(ISO_8859_1);
    private static final byte[] TRUE = "true".getBytes(ISO_8859_1);
    private static final byte[] FALSE = "false".getBytes(ISO_8859_1);
    private static final byte[] NULL = "null".getBytes(ISO_8859_1);
    private static final int LONGEST_ESCAPE = 6;
    private static final int MOSTLY = 1 << 13;

    /** What a thread writes into first, so that neither is the size counted beforehand nor an array grown for most values. */
    private static final ThreadLocal<byte[]> ROOM = ThreadLocal.withInitial(() -> new byte[MOSTLY]);

    /** Which characters stand for themselves, in one byte. */
    private static final boolean[] PLAIN = new boolean[0x80];

    static {
        Arrays.fill(PLAIN, ' ', PLAIN.length, true);
        PLAIN['"'] = false;
        PLAIN['\\'] = false;
    }

    private byte[] bytes;
    private int size;

    private CanonicalWriter(byte[] room) {
        this.bytes = room;
    }

    static byte[] write(Json value) {
        var writer = new CanonicalWriter(ROOM.get());
        writer.value(value, Json.MAX_DEPTH);
        return Arrays.copyOf(writer.bytes, writer.size);
    }

    private static int digits(long value) {
        var digits = value < 0 ? 2 : 1;
        for (var rest = Math.abs(value); rest > 9; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private void value(Json value, int depth) {
        if (value instanceof Json.Text text) {
            text(text.value());
        } else if (value instanceof Json.Whole whole) {
            whole(whole.value());
        } else if (value instanceof Json.Flag flag) {
            raw(flag.value() ? TRUE : FALSE);
        } else if (value instanceof Json.Members object) {
            members(object, deeper(depth));
        } else if (value instanceof Json.Sequence sequence) {
            items(sequence, deeper(depth));
        } else {
            raw(NULL);
        }
    }

    private static int deeper(int depth) {
        if (depth == 0) {
            throw new IllegalArgumentException("nested deeper than " + Json.MAX_DEPTH);
        }
        return depth - 1;
    }

    private void members(Json.Members object, int depth) {
        reserve(1);
        put('{');
        var members = SortedMembers.of(object.members());
        for (var i = 0; i < members.size(); i++) {
            reserve(1);
            if (i > 0) {
                put(',');
            }
            text(members.name(i));
            reserve(1);
            put(':');
            value(members.value(i), depth);
        }
        reserve(1);
        put('}');
    }

    private void items(Json.Sequence sequence, int depth) {
        reserve(1);
        put('[');
        var first = true;
        for (var item : sequence.items()) {
            reserve(1);
            if (!first) {
                put(',');
            }
            first = false;
            value(item, depth);
        }
        reserve(1);
        put(']');
    }

    private void text(String text) {
        reserve(Math.addExact(text.length(), 2));
        put('"');
        var plain = copyPlain(text);
        if (plain < text.length()) {
            escape(text, plain);
        }
        put('"');
    }

    /** Most texts are nothing but ASCII that stands for itself; returns how far that goes. */
    private int copyPlain(String text) {
        var to = bytes;
        var start = size;
        var length = text.length();
        var i = 0;
        for (; i < length; i++) {
            var c = text.charAt(i);
            if (c >= PLAIN.length || !PLAIN[c]) {
                break;
            }
            to[start + i] = (byte) c;
        }
        size = start + i;
        return i;
    }

    private void escape(String text, int from) {
        reserve(Math.addExact(Math.multiplyExact(text.length() - from, LONGEST_ESCAPE), 1));
        for (var i = from; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c < 0x80) {
                ascii(c);
            } else if (Character.isHighSurrogate(c)) {
                i++;
                unicode(Character.toCodePoint(c, text.charAt(i)));
            } else {
                unicode(c);
            }
        }
    }

    private void ascii(char c) {
        if (c >= ' ') {
            if (c == '"' || c == '\\') {
                put('\\');
            }
            put(c);
            return;
        }
        put('\\');
        switch (c) {
            case '\b' -> put('b');
            case '\t' -> put('t');
            case '\n' -> put('n');
            case '\f' -> put('f');
            case '\r' -> put('r');
            default -> {
                put('u');
                put('0');
                put('0');
                put(HEX[c >> 4]);
                put(HEX[c & 15]);
            }
        }
    }

    private void unicode(int c) {
        if (c < 0x800) {
            put(0xC0 | c >> 6);
        } else {
            if (c < 0x10000) {
                put(0xE0 | c >> 12);
            } else {
                put(0xF0 | c >> 18);
                put(0x80 | c >> 12 & 0x3F);
            }
            put(0x80 | c >> 6 & 0x3F);
        }
        put(0x80 | c & 0x3F);
    }

    private void whole(long value) {
        var digits = digits(value);
        reserve(digits);
        size += digits;
        var at = size;
        var rest = Math.abs(value);
        do {
            bytes[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        if (value < 0) {
            bytes[--at] = '-';
        }
    }

    private void raw(byte[] ascii) {
        reserve(ascii.length);
        System.arraycopy(ascii, 0, bytes, size, ascii.length);
        size += ascii.length;
    }

    private void put(int b) {
        bytes[size++] = (byte) b;
    }

    private void reserve(int more) {
        var needed = Math.addExact(size, more);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(2L * bytes.length, Integer.MAX_VALUE - 8)));
        }
    }
}
