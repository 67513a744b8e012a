package io.animus.plugin.postgres.embedded;

import io.animus.api.database.DatabaseAccess.Credentials;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/** The two roles of this installation's database, with passwords that only a file of mode 0600 keeps. */
record RolePasswords(Credentials owner, Credentials runtime) {
    private static final int RANDOM_BYTES = 32;

    /** New random passwords, on disk when this returns. */
    static RolePasswords createIn(Path file) throws IOException {
        var random = new SecureRandom();
        var passwords = of(password(random), password(random));
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try (var out = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            var lines = passwords.owner.password() + "\n" + passwords.runtime.password() + "\n";
            out.write(ByteBuffer.wrap(lines.getBytes(StandardCharsets.US_ASCII)));
            out.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        return passwords;
    }

    /**
     * The passwords that {@link #createIn} wrote.
     *
     * @throws IllegalStateException if the file is gone or damaged
     */
    static RolePasswords readFrom(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IllegalStateException("the database is there, but " + file + " with its passwords is not:"
                    + " restore it from a backup, together with the database");
        }
        var lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        if (lines.size() != 2) {
            throw new IllegalStateException(file + " is damaged: restore it from a backup");
        }
        return of(lines.get(0), lines.get(1));
    }

    private static RolePasswords of(String owner, String runtime) {
        return new RolePasswords(new Credentials("animus_owner", owner), new Credentials("animus_hub", runtime));
    }

    private static String password(SecureRandom random) {
        var bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
