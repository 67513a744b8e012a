package io.animus.kernel.shell;

import io.animus.api.types.Json;
import io.animus.kernel.core.ConfigurationAttribute;
import io.animus.kernel.core.Configurations.Shown;
import io.animus.kernel.core.PluginConfigurations.Configured;
import io.animus.kernel.domain.RefusedException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
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

/**
 * {@code animus:plugin-configure}. Values that aren't named stay as they are; what somebody else changes in the same moment may be
 * lost.
 */
@Service
@Command(
        scope = "animus",
        name = "plugin-configure",
        description = "Shows what of a plugin can be configured and what is, or configures an instance",
        detailedDescription =
                "With a plugin alone: what can be configured, and what is. With a PID: that configuration. With"
                        + " KEY=VALUE, --unset or --delete: changes it. A secret is given as file:/path, never as itself.")
@SuppressWarnings("NullAway.Init")
public final class ConfigurePlugin implements Action {
    @Reference
    private Session session;

    @Reference
    private Door door;

    @Argument(index = 0, name = "plugin", description = "Name of the plugin", required = true)
    @Completion(PluginNames.class)
    private String plugin;

    @Argument(index = 1, name = "pid", description = "PID, or <factory PID>~<name> for an instance")
    @Completion(ConfigurationNames.class)
    private @Nullable String pid;

    @Argument(
            index = 2,
            name = "key=value",
            description = "Values to set; a list has commas between",
            multiValued = true)
    @Completion(ConfigurationKeys.class)
    private @Nullable List<String> values;

    @Option(name = "--unset", description = "Key whose value is taken back to the default", multiValued = true)
    private @Nullable List<String> unset;

    @Option(name = "--delete", description = "Takes back all that was configured here")
    private boolean isDelete;

    @Option(name = "--json", description = "Prints JSON, as the REST API answers")
    private boolean isJson;

    @Override
    public @Nullable Object execute() throws CommandException {
        var instance = pid;
        var isChange = values != null || unset != null;
        if ((isChange || isDelete) && instance == null || isChange && isDelete) {
            throw Door.failure(
                    "Name one PID, and either values or --delete. animus:plugin-configure --help says more.");
        }
        if (instance == null) {
            door.open(
                    session,
                    "listPluginConfigurations",
                    plugin,
                    desk -> PluginViews.configurations(desk, shown(desk), isJson));
        } else if (isDelete) {
            door.open(session, "unconfigurePlugin", plugin, desk -> {
                var done = desk.change(hub -> hub.configurations().unconfigure(desk.caller(), null, plugin, instance));
                PluginViews.configuration(desk, done, isJson);
            });
        } else if (isChange) {
            door.open(session, "configurePlugin", plugin, desk -> {
                desk.admit(plugin);
                var changed = changed(shown(desk), instance);
                var done = desk.change(
                        hub -> hub.configurations().configure(desk.caller(), null, plugin, instance, changed));
                PluginViews.configuration(desk, done, isJson);
            });
        } else {
            door.open(session, "listPluginConfigurations", plugin, desk -> {
                var found = of(shown(desk), instance);
                PluginViews.configuration(
                        desk, found.orElseThrow(() -> RefusedException.notFound("configuration")), isJson);
            });
        }
        return null;
    }

    private Shown shown(Desk desk) {
        return desk.read(hub -> hub.configurations().find(desk.caller(), plugin));
    }

    private static Optional<Configured> of(Shown shown, String pid) {
        return shown.items().stream().filter(item -> item.pid().equals(pid)).findFirst();
    }

    private Json.Members changed(Shown shown, String pid) throws CommandException {
        var changed = new TreeMap<String, Json>();
        of(shown, pid).ifPresent(item -> changed.putAll(item.values().members()));
        if (unset != null) {
            changed.keySet().removeAll(unset);
        }
        for (var pair : values == null ? List.<String>of() : values) {
            var end = pair.indexOf('=');
            if (end < 1) {
                throw Door.failure("INVALID_PARAMETER: Values look like key=value.");
            }
            var key = pair.substring(0, end);
            var attribute = ConfigurationKeys.of(shown, pid).stream()
                    .filter(one -> one.id().equals(key))
                    .findFirst();
            changed.put(key, value(attribute, pair.substring(end + 1)));
        }
        return new Json.Members(changed);
    }

    private static Json value(Optional<ConfigurationAttribute> attribute, String text) {
        var known = attribute.orElse(null);
        if (known == null || known.items() == 0) {
            return single(known, text);
        }
        return Json.array(
                text.isEmpty()
                        ? List.of()
                        : Arrays.stream(text.split(","))
                                .map(item -> single(known, item))
                                .toList());
    }

    /** What isn't of the right kind stays text: the use case says what is wrong with it. */
    private static Json single(@Nullable ConfigurationAttribute attribute, String text) {
        if (attribute != null) {
            switch (attribute.kind()) {
                case BOOLEAN -> {
                    if (text.equals("true") || text.equals("false")) {
                        return Json.of(text.equals("true"));
                    }
                }
                case BYTE, SHORT, INTEGER, LONG -> {
                    if (text.matches("-?[0-9]{1,16}") && Math.abs(Long.parseLong(text)) <= Json.MAX_WHOLE) {
                        return Json.of(Long.parseLong(text));
                    }
                }
                default -> {
                    return Json.clean(text);
                }
            }
        }
        return Json.clean(text);
    }
}
