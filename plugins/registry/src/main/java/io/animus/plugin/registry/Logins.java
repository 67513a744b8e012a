package io.animus.plugin.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The file with what the hub shows to registries, read for each call so that a rotated secret counts at once.
 *
 * @param file lines of {@code <host[:port]> <user> <password>}; null for none
 */
record Logins(@Nullable Path file) {
    private static final long MAX_BYTES = 1 << 20;

    /** The value of an {@code Authorization} header for {@code host}: a secret. */
    Optional<String> basic(String host) {
        if (file == null) {
            return Optional.empty();
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("larger than 1 MiB");
            }
            return Files.readString(file, UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.strip().split("\\s+", 3))
                    .filter(parts -> parts.length == 3 && parts[0].equalsIgnoreCase(host))
                    .map(parts -> parts[1] + ":" + parts[2])
                    .map(login -> "Basic " + Base64.getEncoder().encodeToString(login.getBytes(UTF_8)))
                    .findFirst();
        } catch (IOException e) {
            // Without the cause, whose message may quote the file.
            throw new ExternalSystemException(
                    Reason.DENIED,
                    "credentials_file can't be read: " + e.getClass().getSimpleName());
        }
    }
}
