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
import org.apache.karaf.shell.support.completers.FileCompleter;
import org.jspecify.annotations.Nullable;

/** {@code animus:plugin-update}. */
@Service
@Command(scope = "animus", name = "plugin-update", description = "Puts another version in a plugin's place, under load")
@SuppressWarnings("NullAway.Init")
public final class UpdatePlugin implements Action {
    @Reference
    private Session session;

    @Reference
    private Door door;

    @Argument(index = 0, name = "plugin", description = "Name of the plugin", required = true)
    @Completion(PluginNames.class)
    private String plugin;

    @Argument(
            index = 1,
            name = "file",
            description = "Package of the plugin (*.animus); the hub reads it",
            required = true)
    @Completion(FileCompleter.class)
    private String file;

    @Option(name = "--consent", description = "Digest of the permissions that you agree to; else you are asked")
    private @Nullable String consent;

    @Option(name = "--json", description = "Prints JSON, as the REST API answers")
    private boolean isJson;

    @Override
    public @Nullable Object execute() throws CommandException {
        door.open(session, "updatePlugin", plugin, desk -> {
            desk.admit(plugin);
            try (var copy = PackageCopy.of(session, file)) {
                var agreed = copy.consent(desk, consent);
                var done = desk.change(hub -> hub.plugins().update(desk.caller(), null, plugin, copy.file(), agreed));
                PluginViews.one(desk, done, isJson);
            }
        });
        return null;
    }
}
