package io.animus.kernel.shell;

import io.animus.api.types.Json;
import io.animus.kernel.core.ConfigurationAttribute;
import io.animus.kernel.core.ConfigurationAttribute.Kind;
import io.animus.kernel.core.ConfigurationType;
import io.animus.kernel.core.PluginConfigurations;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.core.PluginRuntime.Step;
import io.animus.kernel.trust.PluginPackage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Configurations without a framework; each plugin has one type, of which there may be many. */
final class ConfigurationsInMemory implements PluginConfigurations {
    private Map<String, Json.Members> all = new TreeMap<>();

    @Override
    public List<ConfigurationType> types(String plugin) {
        return List.of(new ConfigurationType(
                "acme.registry",
                true,
                "Acme",
                "Registries of Acme",
                List.of(
                        attribute("host", Kind.STRING, 0, true),
                        attribute("key", Kind.PASSWORD, 0, false),
                        attribute("port", Kind.INTEGER, 0, false),
                        attribute("quota", Kind.LONG, 0, false),
                        attribute("tls", Kind.BOOLEAN, 0, false),
                        attribute("mirrors", Kind.STRING, 8, false))));
    }

    private static ConfigurationAttribute attribute(String id, Kind kind, int items, boolean isRequired) {
        return new ConfigurationAttribute(id, kind, items, isRequired, null, null, List.of(), id, "", null);
    }

    @Override
    public synchronized List<Configured> all(String plugin) {
        return all.entrySet().stream()
                .map(one -> new Configured(one.getKey(), Source.API, one.getValue()))
                .toList();
    }

    @Override
    public synchronized Change put(String plugin, ConfigurationType type, String pid, Json.@Nullable Members values) {
        all = new TreeMap<>(all);
        if (values == null) {
            all.remove(pid);
        } else {
            all.put(pid, values);
        }
        return new Change() {
            @Override
            public void decide(Decision decision) {
                // Nothing here outlives the process.
            }

            @Override
            public void settle() {
                // It is in force already.
            }

            @Override
            public void close() {
                // No test here has one undone.
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
