package io.animus.api.types;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 content digest in OCI form: {@code sha256:} and 64 lower-case hex digits. */
public record Digest(String value) {
    private static final String ALGORITHM = "sha256:";
    private static final int DIGITS = 64;

    /** Only ever copied: to ask the platform for one takes longer than to hash what is short. */
    private static final MessageDigest FRESH = asked();

    public Digest {
        if (!isForm(value)) {
            throw new IllegalArgumentException("a digest is sha256: and 64 lower-case hex digits, not " + value);
        }
    }

    private static boolean isForm(String text) {
        if (text.length() != ALGORITHM.length() + DIGITS || !text.startsWith(ALGORITHM)) {
            return false;
        }
        for (var i = ALGORITHM.length(); i < text.length(); i++) {
            var c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    /** The digest of {@code content}. */
    public static Digest of(byte[] content) {
        var hash = sha256();
        hash.update(content);
        return finish(hash);
    }

    /** The digest of all content that went through {@code hash}, which is reset. */
    public static Digest finish(MessageDigest hash) {
        return new Digest(ALGORITHM + HexFormat.of().formatHex(hash.digest()));
    }

    /** A fresh SHA-256 to stream content through. */
    public static MessageDigest sha256() {
        try {
            return (MessageDigest) FRESH.clone();
        } catch (CloneNotSupportedException e) {
            return asked();
        }
    }

    private static MessageDigest asked() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** The 64 hex digits alone. */
    public String hex() {
        return value.substring(ALGORITHM.length());
    }

    @Override
    public String toString() {
        return value;
    }
}
