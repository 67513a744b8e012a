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

/** {@code animus:plugin-install}. */
@Service
@Command(scope = "animus", name = "plugin-install", description = "Installs a plugin from a package")
@SuppressWarnings("NullAway.Init")
public final class InstallPlugin implements Action {
    @Reference
    private Session session;

    @Reference
    private Door door;

    @Argument(name = "file", description = "Package of the plugin (*.animus); the hub reads it", required = true)
    @Completion(FileCompleter.class)
    private String file;

    @Option(name = "--consent", description = "Digest of the permissions that you agree to; else you are asked")
    private @Nullable String consent;

    @Option(name = "--json", description = "Prints JSON, as the REST API answers")
    private boolean isJson;

    @Override
    public @Nullable Object execute() throws CommandException {
        door.open(session, "installPlugin", null, desk -> {
            desk.admit(null);
            try (var copy = PackageCopy.of(session, file)) {
                var agreed = copy.consent(desk, consent);
                var done = desk.change(hub -> hub.plugins().install(desk.caller(), null, copy.file(), agreed));
                PluginViews.one(desk, done, isJson);
            }
        });
        return null;
    }
}
