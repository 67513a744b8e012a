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

/** {@code animus:plugin-remove}. */
@Service
@Command(
        scope = "animus",
        name = "plugin-remove",
        description = "Removes a plugin that came in a package, and shows how it was")
@SuppressWarnings("NullAway.Init")
public final class RemovePlugin implements Action {
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
        door.open(session, "uninstallPlugin", plugin, desk -> {
            var done = desk.change(hub -> hub.plugins().uninstall(desk.caller(), null, plugin));
            PluginViews.one(desk, done, isJson);
        });
        return null;
    }
}
