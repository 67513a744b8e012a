package io.animus.plugin.registry;

import io.animus.api.plugin.TrustedAuthorities;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.net.URI;

/** What a registry's answers and silences mean to the kernel. */
final class RegistryFailure {
    private RegistryFailure() {}

    static ExternalSystemException rejected(String message) {
        return new ExternalSystemException(Reason.REJECTED, message);
    }

    static ExternalSystemException denied(String host, String why) {
        return new ExternalSystemException(Reason.DENIED, "registry " + host + " " + why);
    }

    static ExternalSystemException of(URI address, IOException failure) {
        // Nobody but an operator can mend a certificate, or a registry that speaks no TLS at all.
        return TrustedAuthorities.refusal(failure)
                .map(why -> new ExternalSystemException(
                        Reason.DENIED, "registry " + address.getAuthority() + " " + why, failure))
                .orElseGet(() -> unavailable(address, "doesn't answer", failure));
    }

    static ExternalSystemException unavailable(URI address, String what, Exception failure) {
        return new ExternalSystemException(
                Reason.UNAVAILABLE, "registry " + address.getAuthority() + " " + what, failure);
    }

    /** For a status that isn't one of success, absence or redirection. */
    static ExternalSystemException status(URI address, int status) {
        var message = "registry " + address.getAuthority() + " answers with HTTP " + status;
        if (status == 401 || status == 403) {
            return new ExternalSystemException(Reason.DENIED, message + ": see credentials_file");
        }
        var isTransient = status == 408 || status == 429 || status >= 500;
        return new ExternalSystemException(isTransient ? Reason.UNAVAILABLE : Reason.REJECTED, message);
    }
}
