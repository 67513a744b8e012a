package io.animus.plugin.scm.git;

import io.animus.api.plugin.Logins;
import io.animus.api.plugin.Logins.Login;
import io.animus.api.plugin.TrustedAuthorities;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.net.URI;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the hub shows to git hosts, and what it asks of them. Keys and logins are read for each call, so that a rotated
 * secret counts at once.
 *
 * @param logins by URL prefix, for http and https
 * @param authorities that may vouch for https hosts
 * @param sshKey a private key without passphrase; null for none
 * @param knownHosts the ssh hosts to trust, in OpenSSH's form; null for none
 */
record GitAccess(Logins logins, TrustedAuthorities authorities, @Nullable Path sshKey, @Nullable Path knownHosts) {

    /** The login for {@code repository}: that of the longest prefix it is below. */
    Optional<Login> login(URI repository) {
        try {
            return logins.read().stream()
                    .filter(login -> ServedUrls.isBelow(ServedUrls.prefix(login.place()), repository))
                    .max(Comparator.comparingInt(login -> login.place().length()));
        } catch (IllegalArgumentException e) {
            // Without the line, in which a password may stand in the wrong place.
            throw new ExternalSystemException(
                    Reason.DENIED, "credentials_file holds a line that doesn't start with a URL prefix");
        }
    }
}
