package io.animus.kernel.shell;

import io.animus.kernel.core.PluginRuntime.Installed;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;

/** Completes names of plugins. */
@Service
@SuppressWarnings("NullAway.Init")
public final class PluginNames implements LiveCompleter {
    @Reference
    private Door door;

    @Override
    public List<String> offers(Session session, List<String> words) {
        return door.offers(
                session, "listPlugins", desk -> desk.read(hub -> hub.plugins().list(desk.caller())).stream()
                        .map(Installed::name)
                        .toList());
    }
}
