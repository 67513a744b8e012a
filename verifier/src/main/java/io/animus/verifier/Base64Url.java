package io.animus.verifier;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/** base64url without padding (RFC 4648, 5), from and to parts of byte arrays; strict about unused bits. */
final class Base64Url {
    private static final byte[] LETTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".getBytes(US_ASCII);
    private static final byte[] VALUES = new byte[256];

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (var i = 0; i < LETTERS.length; i++) {
            VALUES[LETTERS[i]] = (byte) i;
        }
    }

    private Base64Url() {}

    static boolean isLetter(byte letter) {
        return VALUES[letter & 0xFF] >= 0;
    }

    /**
     * Decodes {@code text[from, to)} into {@code output}, which has room for 3 bytes of each 4.
     *
     * @return how many bytes, or -1 if it is not base64url
     */
    static int decode(byte[] text, int from, int to, byte[] output) {
        var size = 0;
        var i = from;
        for (; i + 3 < to; i += 4) {
            var bits = VALUES[text[i] & 0xFF] << 18
                    | VALUES[text[i + 1] & 0xFF] << 12
                    | VALUES[text[i + 2] & 0xFF] << 6
                    | VALUES[text[i + 3] & 0xFF];
            // A letter that is none has the value -1, whose sign stays.
            if (bits < 0) {
                return -1;
            }
            output[size] = (byte) (bits >> 16);
            output[size + 1] = (byte) (bits >> 8);
            output[size + 2] = (byte) bits;
            size += 3;
        }
        return i == to ? size : decodeEnd(text, i, to, output, size);
    }

    private static int decodeEnd(byte[] text, int from, int to, byte[] output, int start) {
        var bits = 0;
        for (var i = from; i < to; i++) {
            bits = bits << 6 | VALUES[text[i] & 0xFF];
        }
        var unused = to - from == 2 ? 4 : 2;
        if (to - from == 1 || bits < 0 || (bits & (1 << unused) - 1) != 0) {
            return -1;
        }
        var size = start;
        bits >>= unused;
        if (to - from == 3) {
            output[size++] = (byte) (bits >> 8);
        }
        output[size++] = (byte) bits;
        return size;
    }

    /** Whether {@code text}, from {@code at}, is the base64url of these 32 bytes. */
    static boolean isEncoded(byte[] hash, byte[] text, int at) {
        var bits = 0;
        var kept = 0;
        var next = at;
        for (var i = 0; i < Hashing.SIZE; i++) {
            bits = bits << 8 | hash[i] & 0xFF;
            kept += 8;
            while (kept >= 6) {
                kept -= 6;
                if (LETTERS[bits >> kept & 63] != text[next++]) {
                    return false;
                }
            }
        }
        return LETTERS[bits << 6 - kept & 63] == text[next];
    }
}
