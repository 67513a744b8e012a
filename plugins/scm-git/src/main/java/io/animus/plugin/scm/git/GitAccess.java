package io.animus.plugin.scm.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files that hold what the hub shows to git hosts. They are read for each call, so that a rotated secret counts at
 * once.
 *
 * @param credentials lines of {@code <url-prefix> <user> <password>}, for http and https; null for none
 * @param sshKey a private key without passphrase; null for none
 * @param knownHosts the ssh hosts to trust, in OpenSSH's form; null for none
 */
record GitAccess(@Nullable Path credentials, @Nullable Path sshKey, @Nullable Path knownHosts) {
    private static final long MAX_BYTES = 1 << 20;

    /** What one host knows the hub by. */
    record Login(String user, char[] password) {
        @Override
        public String toString() {
            return user;
        }
    }

    /** The login for {@code repository}: that of the longest prefix it is below. */
    Optional<Login> login(URI repository) {
        if (credentials == null) {
            return Optional.empty();
        }
        try {
            if (Files.size(credentials) > MAX_BYTES) {
                throw new IOException("larger than 1 MiB");
            }
            return Files.readString(credentials, UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.strip().split("\\s+", 3))
                    .filter(parts -> parts.length == 3 && ServedUrls.isBelow(ServedUrls.prefix(parts[0]), repository))
                    .max(Comparator.comparingInt(parts -> parts[0].length()))
                    .map(parts -> new Login(parts[1], parts[2].toCharArray()));
        } catch (IOException | IllegalArgumentException e) {
            // Without the cause, whose message may quote a line of the file.
            throw new ExternalSystemException(
                    Reason.DENIED,
                    "credentials_file can't be read: " + e.getClass().getSimpleName());
        }
    }
}
