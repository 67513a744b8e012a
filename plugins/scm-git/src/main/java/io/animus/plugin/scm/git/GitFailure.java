package io.animus.plugin.scm.git;

import io.animus.api.plugin.TrustedAuthorities;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.net.URI;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.errors.NotSupportedException;
import org.eclipse.jgit.errors.PackProtocolException;
import org.eclipse.jgit.errors.RepositoryNotFoundException;
import org.jspecify.annotations.Nullable;

/** What JGit's failures mean to the kernel. */
final class GitFailure {
    private GitFailure() {}

    static ExternalSystemException of(URI repository, IOException failure, FetchLimit limit) {
        if (Thread.currentThread().isInterrupted()) {
            return unavailable(repository, "was cut off at the deadline", failure);
        }
        if (limit.isExceeded()) {
            return rejected(repository, "is larger than repository_max_bytes", failure);
        }
        var status = limit.status();
        if (status == 401 || status == 403) {
            return denied(
                    repository, "refused the login of the hub (HTTP " + status + "): see credentials_file", failure);
        }
        if (status == 429 || status >= 500) {
            return unavailable(repository, "answered with HTTP " + status, failure);
        }
        if (status >= 300) {
            return rejected(repository, "is not there (HTTP " + status + ")", failure);
        }
        return byCause(repository, failure);
    }

    private static ExternalSystemException byCause(URI repository, IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NoRemoteRepositoryException || cause instanceof RepositoryNotFoundException) {
                return rejected(repository, "is not there, or the hub may not see it", failure);
            }
            if (cause instanceof PackProtocolException || cause instanceof NotSupportedException) {
                return rejected(repository, "is no git repository that this plugin can read", failure);
            }
            if (cause instanceof SshException ssh) {
                switch (ssh.getDisconnectCode()) {
                    case SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE -> {
                        return denied(repository, "refused the hub's key: see ssh_key_file", failure);
                    }
                    case SshConstants.SSH2_DISCONNECT_HOST_KEY_NOT_VERIFIABLE -> {
                        return denied(repository, "shows a key that known_hosts_file doesn't hold", failure);
                    }
                    default -> {}
                }
            }
        }
        var refusal = TrustedAuthorities.refusal(failure);
        if (refusal.isPresent()) {
            return denied(repository, refusal.get(), failure);
        }
        return unavailable(repository, "doesn't answer", failure);
    }

    static ExternalSystemException rejected(URI repository, String what, Throwable cause) {
        return new ExternalSystemException(Reason.REJECTED, shown(repository) + " " + what, cause);
    }

    static ExternalSystemException rejected(URI repository, String what) {
        return new ExternalSystemException(Reason.REJECTED, shown(repository) + " " + what);
    }

    static ExternalSystemException unavailable(URI repository, String what, @Nullable Throwable cause) {
        return new ExternalSystemException(Reason.UNAVAILABLE, shown(repository) + " " + what, cause);
    }

    private static ExternalSystemException denied(URI repository, String what, Throwable cause) {
        return new ExternalSystemException(Reason.DENIED, shown(repository) + " " + what, cause);
    }

    // Somebody may have put a password into the URL, which is why it was refused.
    private static String shown(URI repository) {
        return repository.getScheme() + "://" + (repository.getHost() == null ? "" : repository.getHost())
                + (repository.getPort() < 0 ? "" : ":" + repository.getPort())
                + (repository.getPath() == null ? "" : repository.getPath());
    }
}
