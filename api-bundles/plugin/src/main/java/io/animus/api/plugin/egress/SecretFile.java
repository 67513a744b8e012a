package io.animus.api.plugin.egress;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/**
 * A file with a secret that only the hub's own user may read, read for each use so that a rotated secret counts at once.
 *
 * @param path of a file in UTF-8, at most 64 KiB
 */
public record SecretFile(Path path) {
    private static final long MAX_BYTES = 64 << 10;
    private static final Set<PosixFilePermission> OWNERS = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    /**
     * What the file holds, without white space around it.
     *
     * @throws ExternalSystemException {@code DENIED} if it can't be read, or somebody else can
     */
    public String read() {
        try {
            if (!OWNERS.containsAll(Files.getPosixFilePermissions(path))) {
                throw denied("is open to other users: give it the mode 0600");
            }
            if (Files.size(path) > MAX_BYTES) {
                throw denied("is larger than 64 KiB");
            }
            return Files.readString(path, UTF_8).strip();
        } catch (IOException e) {
            // Without the cause, whose message may quote the file.
            throw denied("can't be read: " + e.getClass().getSimpleName());
        }
    }

    private ExternalSystemException denied(String why) {
        return new ExternalSystemException(Reason.DENIED, "the secret file " + path + " " + why);
    }
}
