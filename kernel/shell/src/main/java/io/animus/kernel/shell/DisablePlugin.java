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

/** {@code animus:plugin-disable}. */
@Service
@Command(
        scope = "animus",
        name = "plugin-disable",
        description = "Switches a plugin off, when calls under way are over")
@SuppressWarnings("NullAway.Init")
public final class DisablePlugin implements Action {
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
        door.open(session, "disablePlugin", plugin, desk -> {
            var done = desk.change(hub -> hub.plugins().disable(desk.caller(), null, plugin));
            PluginViews.one(desk, done, isJson);
        });
        return null;
    }
}
