package io.animus.kernel.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.animus.kernel.audit.log.Note;
import io.animus.kernel.audit.log.SigningKey;
import io.animus.kernel.audit.log.VerifierKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The key with which a publisher signs packages, and the publisher's name. Holds a secret, which no message shows. */
public final class PublisherKey {
    private static final String NAME = "# ";

    private final String name;
    private final SigningKey key;

    private PublisherKey(String name, SigningKey key) {
        this.name = name;
        this.key = key;
    }

    /** @throws IllegalArgumentException if a key can't have that name */
    public static PublisherKey generate(String name) {
        var made = new PublisherKey(name, SigningKey.generate());
        made.verifier();
        return made;
    }

    /** @throws IOException if the file is no key that {@link #write} wrote */
    public static PublisherKey read(Path file) throws IOException {
        var content = Files.readString(file, UTF_8);
        var end = content.indexOf('\n');
        if (!content.startsWith(NAME) || end < 0) {
            throw new IOException(file + " is no key of a publisher; bin/animus plugin keygen makes one");
        }
        try {
            var read = new PublisherKey(content.substring(NAME.length(), end), SigningKey.parse(content));
            read.verifier();
            return read;
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Writes the secret to a new file that only its owner can read. */
    public void write(Path file) throws IOException {
        var onlyForTheOwner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var out = FileChannel.open(file, Set.of(CREATE_NEW, WRITE), onlyForTheOwner)) {
            var content = ByteBuffer.wrap((NAME + name + "\n" + key.pem()).getBytes(UTF_8));
            while (content.hasRemaining()) {
                out.write(content);
            }
        }
    }

    /** What others check this key's signatures with. */
    public VerifierKey verifier() {
        return key.verifier(name);
    }

    public Note.Signature sign(String text) {
        return key.sign(name, text);
    }

    @Override
    public String toString() {
        return "PublisherKey[" + name + "]";
    }
}
