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
        var bits = 0;
        var kept = 0;
        var size = 0;
        for (var i = from; i < to; i++) {
            var value = VALUES[text[i] & 0xFF];
            if (value < 0) {
                return -1;
            }
            bits = bits << 6 | value;
            kept += 6;
            if (kept >= 8) {
                kept -= 8;
                output[size++] = (byte) (bits >> kept);
            }
        }
        var unused = bits & (1 << kept) - 1;
        return kept == 6 || unused != 0 ? -1 : size;
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
