package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.animus.kernel.audit.log.SigningKey;
import io.animus.kernel.audit.log.VerifierKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * The private keys that sign the log, each in a file of its own that only the hub's user can read. Nowhere else: whoever has
 * the database alone can't sign.
 */
final class LogKeys {
    private final Path folder;

    LogKeys(Path folder) {
        this.folder = folder;
    }

    /** Makes a key and keeps it, before anything is signed with it. */
    SigningKey make(String origin) {
        var key = SigningKey.generate();
        var file = file(key.verifier(origin));
        var onlyForTheHub = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try {
            Files.createDirectories(folder);
            try (var out = FileChannel.open(file, Set.of(CREATE_NEW, WRITE), onlyForTheHub)) {
                var content = ByteBuffer.wrap(key.pem().getBytes(US_ASCII));
                while (content.hasRemaining()) {
                    out.write(content);
                }
                out.force(true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't write the log's key to " + file, e);
        }
        return key;
    }

    /** The private half of a key; empty if this hub does not have it. */
    Optional<SigningKey> find(VerifierKey verifier) {
        var file = file(verifier);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            var key = SigningKey.parse(Files.readString(file, US_ASCII));
            if (!key.verifier(verifier.name()).equals(verifier)) {
                throw new IllegalStateException(file + " holds another key than " + verifier);
            }
            return Optional.of(key);
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the log's key from " + file, e);
        }
    }

    /** Forgets a key that signs no more. */
    void remove(VerifierKey verifier) {
        var file = file(verifier);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("can't remove the old key " + file, e);
        }
    }

    /** Where the key is; for people, who carry it to the other hubs on the same database. */
    Path file(VerifierKey verifier) {
        return folder.resolve("signing-" + HexFormat.of().toHexDigits(verifier.id()) + ".key");
    }
}
