package io.animus.kernel.core;

import static org.osgi.service.component.annotations.ReferencePolicyOption.GREEDY;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.Resource;
import io.animus.kernel.core.PluginConfigurations.Configured;
import io.animus.kernel.core.PluginConfigurations.Source;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.core.PluginRuntime.RolledBackException;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.UnavailableException;
import io.animus.kernel.domain.access.Permission;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Use cases of the configurations of this node's plugins: validated against what the plugin says of itself, done, and on record by
 * their digests; what can't be recorded is undone. Safe for many threads.
 */
@Component(service = Configurations.class)
public final class Configurations {
    private final Gate gate;
    private final Plugins plugins;
    private final PluginRecord record;
    private final PluginConfigurations configurations;

    @Activate
    public Configurations(
            @Reference(name = "gate") Gate gate,
            @Reference(name = "plugins") Plugins plugins,
            @Reference(name = "record") PluginRecord record,
            @Reference(name = "configurations", policyOption = GREEDY) PluginConfigurations configurations) {
        this.gate = gate;
        this.plugins = plugins;
        this.record = record;
        this.configurations = configurations;
    }

    /** What of a plugin can be configured, and what is. */
    public record Shown(List<ConfigurationType> types, List<Configured> items) {}

    public Shown find(Caller caller, String plugin) {
        plugins.find(caller, plugin);
        return new Shown(configurations.types(plugin), configurations.all(plugin));
    }

    /** @param values as the type's schema wants them, see {@link ConfigurationType#schema} */
    public Answer<Configured> configure(
            Caller caller, @Nullable Once<Configured> once, String plugin, String pid, Json.Members values) {
        return change(caller, once, plugin, pid, values);
    }

    /** Takes back what the API configured; the answer is how it was, or what the package says in its place. */
    public Answer<Configured> unconfigure(Caller caller, @Nullable Once<Configured> once, String plugin, String pid) {
        return change(caller, once, plugin, pid, null);
    }

    private Answer<Configured> change(
            Caller caller, @Nullable Once<Configured> once, String plugin, String pid, Json.@Nullable Members values) {
        return gate.onRecord(caller, target(plugin), () -> {
            plugins.admit(caller, plugin);
            return gate.answeredInHub(caller, target(plugin), Permission.MANAGE_PLUGINS, once)
                    .orElseGet(() -> put(caller, once, plugin, pid, values));
        });
    }

    /** Waits for the plugin before the transaction, which would hold back the cover of everybody's events. */
    private Answer<Configured> put(
            Caller caller, @Nullable Once<Configured> once, String plugin, String pid, Json.@Nullable Members values) {
        record.requireOpen();
        var type = type(plugin, pid);
        if (values != null) {
            var problems = type.problems("/values", values);
            if (!problems.isEmpty()) {
                throw new RefusedException(problems);
            }
        }
        var before = configured(plugin, pid);
        try (var change = inForce(plugin, type, pid, values)) {
            return decide(caller, once, new Wish(plugin, pid, before, configured(plugin, pid)), change);
        }
    }

    /** What is to be put on record. */
    private record Wish(String plugin, String pid, Optional<Configured> before, Optional<Configured> after) {
        Json.Members details() {
            return Json.object()
                    .put("pid", pid)
                    .putIfPresent("before", digest(before))
                    .putIfPresent("after", digest(after))
                    .build();
        }

        /** Without values if the plugin did not take them any more. */
        Configured shown() {
            return after.or(() -> before)
                    .orElseGet(
                            () -> new Configured(pid, Source.API, Json.object().build()));
        }

        private static @Nullable String digest(Optional<Configured> configured) {
            return configured.map(one -> one.values().digest().value()).orElse(null);
        }
    }

    private Answer<Configured> decide(
            Caller caller, @Nullable Once<Configured> once, Wish wish, PluginConfigurations.Change change) {
        try {
            var answer = gate.changeHub(caller, target(wish.plugin()), Permission.MANAGE_PLUGINS, once, recorded -> {
                var event = recorded.audit(
                        Action.PLUGIN_CONFIGURED, new Resource("plugin", wish.plugin(), null), wish.details());
                change.decide(new Decision(event, Action.PLUGIN_CONFIGURED, wish.plugin(), wish.details()));
                return wish.shown();
            });
            if (answer instanceof Answer.Done<Configured>) {
                change.settle();
                configurations.remember(null);
            }
            return answer;
        } catch (UnavailableException e) {
            if (e.mayBeDone()) {
                change.settle();
                record.doubt(configurations);
            }
            throw e;
        }
    }

    private PluginConfigurations.Change inForce(
            String plugin, ConfigurationType type, String pid, Json.@Nullable Members values) {
        try {
            return configurations.put(plugin, type, pid, values);
        } catch (RolledBackException e) {
            var why = String.valueOf(e.getMessage());
            record.record(
                    Action.PLUGIN_REVERTED,
                    plugin,
                    Json.object().put("pid", pid).put("reason", Json.clean(why)).build());
            throw PluginBundles.conflict("The change was taken back: " + why + ". The log of the hub says more.");
        }
    }

    private ConfigurationType type(String plugin, String pid) {
        var types = configurations.types(plugin);
        return types.stream()
                .filter(type -> type.covers(pid))
                .findFirst()
                .orElseThrow(() -> RefusedException.at(
                        "/pid",
                        ProblemCode.INVALID_VALUE,
                        types.isEmpty()
                                ? "This plugin has nothing to configure."
                                : "It must be one of "
                                        + String.join(
                                                ", ",
                                                types.stream()
                                                        .map(ConfigurationType::form)
                                                        .toList())
                                        + "."));
    }

    private Optional<Configured> configured(String plugin, String pid) {
        return configurations.all(plugin).stream()
                .filter(known -> known.pid().equals(pid))
                .findFirst();
    }

    private static Target target(String plugin) {
        return Target.inHub("plugin", plugin);
    }
}
