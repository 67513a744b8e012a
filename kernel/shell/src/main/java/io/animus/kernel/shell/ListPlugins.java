package io.animus.kernel.shell;

import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** {@code animus:plugin-list}. */
@Service
@Command(scope = "animus", name = "plugin-list", description = "Lists the plugins of this node")
@SuppressWarnings("NullAway.Init")
public final class ListPlugins implements Action {
    @Reference
    private Session session;

    @Reference
    private Door door;

    @Option(name = "--json", description = "Prints JSON, as the REST API answers")
    private boolean isJson;

    @Override
    public @Nullable Object execute() throws CommandException {
        door.open(
                session,
                "listPlugins",
                null,
                desk -> PluginViews.list(desk, desk.read(hub -> hub.plugins().list(desk.caller())), isJson));
        return null;
    }
}
