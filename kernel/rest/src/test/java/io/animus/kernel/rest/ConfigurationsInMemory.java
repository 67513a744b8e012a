package io.animus.kernel.rest;

import io.animus.api.types.Json;
import io.animus.kernel.core.ConfigurationAttribute;
import io.animus.kernel.core.ConfigurationAttribute.Kind;
import io.animus.kernel.core.ConfigurationType;
import io.animus.kernel.core.PluginConfigurations;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.core.PluginRuntime.RolledBackException;
import io.animus.kernel.core.PluginRuntime.Step;
import io.animus.kernel.trust.PluginPackage;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Configurations without a framework; the plugin has one type. */
final class ConfigurationsInMemory implements PluginConfigurations {
    static final String PID = "acme.registry";

    private SortedMap<String, Json.Members> all = new TreeMap<>();

    /** What operations on them are sent. */
    static String wishOf(String operation) {
        var values = operation.equals("configurePlugin") ? ", \"values\": {\"host\": \"r.example\"}" : "";
        return "{\"pid\": \"%s~main\"%s}".formatted(PID, values);
    }

    @Override
    public List<ConfigurationType> types(String plugin) {
        return List.of(new ConfigurationType(
                PID,
                true,
                "Acme",
                "Registries of Acme",
                List.of(text("host", Kind.STRING), text("key", Kind.PASSWORD))));
    }

    private static ConfigurationAttribute text(String id, Kind kind) {
        return new ConfigurationAttribute(id, kind, 0, kind == Kind.STRING, null, null, List.of(), id, "", null);
    }

    @Override
    public synchronized List<Configured> all(String plugin) {
        return all.entrySet().stream()
                .map(one -> new Configured(one.getKey(), Source.API, one.getValue()))
                .toList();
    }

    /** The host {@code sick} makes it sick. */
    @Override
    public synchronized Change put(String plugin, ConfigurationType type, String pid, Json.@Nullable Members values) {
        var before = all;
        all = new TreeMap<>(before);
        if (values == null) {
            all.remove(pid);
        } else if (values.find("host").equals(Optional.of(Json.of("sick")))) {
            all = before;
            throw new RolledBackException("it is DOWN");
        } else {
            all.put(pid, values);
        }
        var settled = new AtomicBoolean();
        return new Change() {
            @Override
            public void decide(Decision decision) {
                // Nothing here outlives the process.
            }

            @Override
            public void settle() {
                settled.set(true);
            }

            @Override
            public void close() {
                if (!settled.get()) {
                    all = before;
                }
            }
        };
    }

    @Override
    public Step checked(PluginPackage plugin, Step step) {
        return step;
    }

    @Override
    public void follow() {
        // Packages bring nothing along here.
    }

    @Override
    public Optional<Decision> unrecorded() {
        return Optional.empty();
    }

    @Override
    public void remember(@Nullable Decision unrecorded) {
        // Nothing here outlives the process.
    }
}
