package io.animus.plugin.scm.git;

import java.net.URI;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.URIish;

/** Shows the login of one repository, to the host of that repository only, and asks nobody. */
final class LoginProvider extends CredentialsProvider {
    private final GitAccess access;
    private final URI repository;

    LoginProvider(GitAccess access, URI repository) {
        this.access = access;
        this.repository = repository;
    }

    @Override
    public boolean isInteractive() {
        return false;
    }

    @Override
    public boolean supports(CredentialItem... items) {
        for (var item : items) {
            if (!(item instanceof CredentialItem.Username || item instanceof CredentialItem.Password)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean get(URIish asking, CredentialItem... items) {
        if (!supports(items)
                || !repository.getScheme().equalsIgnoreCase(asking.getScheme())
                || !repository.getHost().equalsIgnoreCase(asking.getHost())
                || repository.getPort() != asking.getPort()) {
            return false;
        }
        var login = access.login(repository);
        for (var item : items) {
            if (item instanceof CredentialItem.Username user) {
                login.ifPresent(known -> user.setValue(known.user()));
            } else if (item instanceof CredentialItem.Password password) {
                login.ifPresent(known -> password.setValue(known.password().toCharArray()));
            }
        }
        return login.isPresent();
    }
}
