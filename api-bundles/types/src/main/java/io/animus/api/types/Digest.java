package io.animus.api.types;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** A SHA-256 content digest in OCI form: {@code sha256:} and 64 lower-case hex digits. */
public record Digest(String value) {
    private static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}");

    public Digest {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("a digest is sha256: and 64 lower-case hex digits, not " + value);
        }
    }

    /** The digest of {@code content}. */
    public static Digest of(byte[] content) {
        var hash = sha256();
        hash.update(content);
        return finish(hash);
    }

    /** The digest of all content that went through {@code hash}, which is reset. */
    public static Digest finish(MessageDigest hash) {
        return new Digest("sha256:" + HexFormat.of().formatHex(hash.digest()));
    }

    /** A fresh SHA-256 to stream content through. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** The 64 hex digits alone. */
    public String hex() {
        return value.substring("sha256:".length());
    }

    @Override
    public String toString() {
        return value;
    }
}
