package io.animus.api.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file with what the hub shows to outside systems, read for each call so that a rotated secret counts at once.
 *
 * @param file lines of {@code <place> <user> <password>}, UTF-8, at most 1 MiB; {@code #} starts a comment line; null for
 *     none
 */
public record Logins(@Nullable Path file) {
    private static final long MAX_BYTES = 1 << 20;

    /**
     * What one place knows the hub by.
     *
     * @param place as the plugin names places: a host, a URL
     * @param password a secret; may hold spaces
     */
    public record Login(String place, String user, String password) {
        /** Without the password. */
        @Override
        public String toString() {
            return "Login[place=" + place + ", user=" + user + "]";
        }
    }

    /** The logins of a configuration, whose empty value means none. */
    public static Logins of(String file) {
        return new Logins(file.isEmpty() ? null : Path.of(file));
    }

    /**
     * All that the file holds, in its order. A line of less than three words is passed over.
     *
     * @throws ExternalSystemException {@code DENIED} if it can't be read
     */
    public List<Login> read() {
        if (file == null) {
            return List.of();
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("larger than 1 MiB");
            }
            return Files.readString(file, UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.strip().split("\\s+", 3))
                    .filter(words -> words.length == 3)
                    .map(words -> new Login(words[0], words[1], words[2]))
                    .toList();
        } catch (IOException e) {
            // Without the cause, whose message may quote the file.
            throw new ExternalSystemException(
                    Reason.DENIED,
                    "credentials_file can't be read: " + e.getClass().getSimpleName());
        }
    }
}
