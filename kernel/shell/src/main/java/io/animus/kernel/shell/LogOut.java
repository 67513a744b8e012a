package io.animus.kernel.shell;

import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;
import org.jspecify.annotations.Nullable;

/** {@code animus:logout}. */
@Service
@Command(
        scope = "animus",
        name = "logout",
        description = "Forgets the API key of this session; Ctrl-D leaves the shell")
@SuppressWarnings("NullAway.Init")
public final class LogOut implements Action {
    @Reference
    private Session session;

    @Override
    public @Nullable Object execute() {
        Login.out(session);
        return null;
    }
}
