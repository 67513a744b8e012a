package io.animus.examples.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 digest, written as the hub writes it: {@code sha256:} and 64 lower-case hex digits. */
record Sha256(String hex) {

    static Sha256 of(byte[] content) {
        return new Sha256(HexFormat.of().formatHex(algorithm().digest(content)));
    }

    static Sha256 of(Path file) throws IOException {
        try (var content = Files.newInputStream(file)) {
            return of(content);
        }
    }

    private static Sha256 of(InputStream content) throws IOException {
        var digest = algorithm();
        var buffer = new byte[1 << 16];
        for (var read = content.read(buffer); read >= 0; read = content.read(buffer)) {
            digest.update(buffer, 0, read);
        }
        return new Sha256(HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest algorithm() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "sha256:" + hex;
    }
}
