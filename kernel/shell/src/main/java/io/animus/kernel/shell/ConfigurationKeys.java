package io.animus.kernel.shell;

import io.animus.kernel.core.ConfigurationAttribute;
import io.animus.kernel.core.ConfigurationType;
import io.animus.kernel.core.Configurations.Shown;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;

/** Completes keys of the configuration that the line names, up to the sign of equality. */
@Service
@SuppressWarnings("NullAway.Init")
public final class ConfigurationKeys implements LiveCompleter {
    @Reference
    private Door door;

    @Override
    public List<String> offers(Session session, List<String> words) {
        return words.size() < 3
                ? List.of()
                : door.offers(
                        session,
                        "listPluginConfigurations",
                        desk ->
                                of(
                                                desk.read(hub ->
                                                        hub.configurations().find(desk.caller(), words.get(1))),
                                                words.get(2))
                                        .stream()
                                        .map(attribute -> attribute.id() + "=")
                                        .toList());
    }

    /** What a configuration with this PID can hold. */
    static List<ConfigurationAttribute> of(Shown shown, String pid) {
        return shown.types().stream()
                .filter(type -> type.covers(pid))
                .findFirst()
                .map(ConfigurationType::attributes)
                .orElse(List.of());
    }
}
