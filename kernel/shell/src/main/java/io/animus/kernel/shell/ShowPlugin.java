package io.animus.kernel.shell;

import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** {@code animus:plugin-show}. */
@Service
@Command(
        scope = "animus",
        name = "plugin-show",
        description = "Shows a plugin, how its instances are, and what it may do")
@SuppressWarnings("NullAway.Init")
public final class ShowPlugin implements Action {
    @Reference
    private Session session;

    @Reference
    private Door door;

    @Argument(name = "plugin", description = "Name of the plugin", required = true)
    @Completion(PluginNames.class)
    private String plugin;

    @Option(name = "--json", description = "Prints JSON, as the REST API answers")
    private boolean isJson;

    @Override
    public @Nullable Object execute() throws CommandException {
        door.open(
                session,
                "getPlugin",
                plugin,
                desk -> PluginViews.one(desk, desk.read(hub -> hub.plugins().find(desk.caller(), plugin)), isJson));
        return null;
    }
}
