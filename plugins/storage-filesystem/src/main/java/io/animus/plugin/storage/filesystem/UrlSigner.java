package io.animus.plugin.storage.filesystem;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.storage.ObjectKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs permissions with HMAC-SHA256 and a key that never leaves the store's directory. Safe for many threads. */
final class UrlSigner {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    private final SecretKeySpec key;

    private UrlSigner(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /**
     * What a signed URL allows.
     *
     * @param place of the store among those of the hub; empty for the default one
     * @param method {@code PUT} or {@code GET}, which covers HEAD
     * @param size of an upload, in bytes; 0 for a download
     * @param expires seconds since 1970
     * @param fileName of a download; empty for an upload
     */
    record Permission(String place, String method, ObjectKey key, long size, long expires, String fileName) {
        // None of the parts can contain a line feed, so the joined form is unambiguous.
        private byte[] canonical() {
            return String.join(
                            "\n",
                            place.isEmpty() ? "animus-object-url-1" : "animus-object-url-1/" + place,
                            method,
                            key.namespace(),
                            key.digest().value(),
                            Long.toString(size),
                            Long.toString(expires),
                            fileName)
                    .getBytes(UTF_8);
        }
    }

    /** Signs with the key in {@code file}, which is made with a random one if it isn't there. */
    static UrlSigner withKeyIn(Path file) throws IOException {
        var random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        // Not by the process id: hubs that share a directory may each be the first process of a container.
        var fresh = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
        try (var out = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            out.write(ByteBuffer.wrap(random));
            out.force(true);
        }
        try {
            // Unlike a move, a link never replaces: of two hubs that start at once both use the key of the first.
            Files.createLink(file, fresh);
        } catch (FileAlreadyExistsException e) {
            random = Files.readAllBytes(file);
        } finally {
            Files.delete(fresh);
        }
        if (random.length != KEY_BYTES) {
            throw new IOException(file + " is damaged: delete it, and all signed URLs end");
        }
        return new UrlSigner(random);
    }

    String sign(Permission permission) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(mac(permission));
    }

    /** Whether {@code signature} is ours for exactly this; takes the same time whatever is wrong. */
    boolean isSigned(Permission permission, String signature) {
        try {
            return MessageDigest.isEqual(mac(permission), Base64.getUrlDecoder().decode(signature));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private byte[] mac(Permission permission) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(permission.canonical());
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new AssertionError("every Java platform has HMAC-SHA256", e);
        }
    }
}
