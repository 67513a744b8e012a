package io.animus.kernel.shell;

import io.animus.kernel.core.Configurations.Shown;
import io.animus.kernel.core.PluginConfigurations.Configured;
import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;

/** Completes PIDs of the plugin that the line names: what is configured, and what can be. */
@Service
@SuppressWarnings("NullAway.Init")
public final class ConfigurationNames implements LiveCompleter {
    @Reference
    private Door door;

    @Override
    public List<String> offers(Session session, List<String> words) {
        return door.offers(
                session,
                "listPluginConfigurations",
                desk -> names(desk.read(hub -> hub.configurations().find(desk.caller(), words.get(1)))));
    }

    private static List<String> names(Shown shown) {
        return Stream.concat(
                        shown.items().stream().map(Configured::pid),
                        shown.types().stream().map(type -> type.isFactory() ? type.pid() + "~" : type.pid()))
                .distinct()
                .toList();
    }
}
