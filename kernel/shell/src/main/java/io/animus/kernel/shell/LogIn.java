package io.animus.kernel.shell;

import java.io.IOException;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** {@code animus:login}. The key is no argument: arguments are kept in the history. */
@Service
@Command(scope = "animus", name = "login", description = "Asks for an API key; what follows is done as whoever has it")
@SuppressWarnings("NullAway.Init")
public final class LogIn implements Action {
    @Reference
    private Session session;

    @Reference
    private Door door;

    @Override
    public @Nullable Object execute() throws CommandException, IOException {
        Login.out(session);
        var key = Questions.secret(session, "API key: ");
        if (key.isEmpty()) {
            throw Door.failure("Nothing was done: no key was given.");
        }
        door.open(session, key.get(), "getMe", null, desk -> {
            Login.in(session, key.get(), Desk.shown(desk.caller().name()));
            desk.out().println("You are " + Desk.shown(desk.caller().name()) + ".");
        });
        return null;
    }
}
