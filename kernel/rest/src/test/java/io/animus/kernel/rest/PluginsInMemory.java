package io.animus.kernel.rest;

import io.animus.api.plugin.PluginHealth;
import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Json;
import io.animus.kernel.core.Finding;
import io.animus.kernel.core.PluginRuntime;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.trust.PluginPackage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Plugins without a framework: one of the archive, and whatever is installed. */
final class PluginsInMemory implements PluginRuntime {
    /** Came with the archive. */
    static final String OF_THE_ARCHIVE = "acme-registry";

    private static final Installed ARCHIVED = new Installed(
            OF_THE_ARCHIVE,
            "0.1.0",
            "registry",
            "acme",
            State.ACTIVE,
            null,
            Permissions.NONE,
            List.of(
                    new Instance("default", PluginHealth.OK),
                    new Instance("far", PluginHealth.down("Nobody answers."))));

    private Map<String, Installed> plugins = new TreeMap<>(Map.of(OF_THE_ARCHIVE, ARCHIVED));

    @Override
    public synchronized List<Installed> all() {
        return List.copyOf(plugins.values());
    }

    @Override
    public void reconsider() {}

    @Override
    public List<Finding> refused() {
        return List.of();
    }

    @Override
    public List<Finding> untold() {
        return List.of();
    }

    @Override
    public void told(Finding finding) {
        // Nothing is found here.
    }

    @Override
    public Optional<Decision> unrecorded() {
        return Optional.empty();
    }

    @Override
    public void remember(@Nullable Decision unrecorded) {
        // Nothing here outlives the process.
    }

    @Override
    public boolean isBusy() {
        return false;
    }

    @Override
    public Optional<String> versionOf(String name) {
        return Optional.ofNullable(plugins.get(name)).map(Installed::version);
    }

    @Override
    public Map<String, Map<String, Json.Members>> configurations() {
        return Map.of();
    }

    @Override
    public synchronized Step install(PluginPackage plugin) {
        var name = plugin.manifest().name();
        if (plugins.containsKey(name)) {
            throw RefusedException.of(ProblemCode.STATE_CONFLICT, "It is installed already.");
        }
        return put(name, of(plugin));
    }

    @Override
    public synchronized Step update(String name, PluginPackage plugin) {
        if (require(name).version().equals(plugin.manifest().version())) {
            throw RefusedException.of(ProblemCode.STATE_CONFLICT, "It has this version already.");
        }
        if (plugin.manifest().version().equals(Archives.SICK)) {
            throw new RolledBackException("default is DOWN");
        }
        return put(name, of(plugin));
    }

    @Override
    public synchronized Step disable(String name) {
        return put(name, in(State.DISABLED, require(name)));
    }

    @Override
    public synchronized Step enable(String name) {
        return put(name, in(State.ACTIVE, require(name)));
    }

    @Override
    public synchronized Step remove(String name) {
        if (require(name).packaged() == null) {
            throw RefusedException.of(ProblemCode.STATE_CONFLICT, "It came with the archive.");
        }
        return put(name, name.equals(OF_THE_ARCHIVE) ? ARCHIVED : null);
    }

    private Installed require(String name) {
        return Optional.ofNullable(plugins.get(name)).orElseThrow(() -> RefusedException.notFound("plugin"));
    }

    private Step put(String name, @Nullable Installed plugin) {
        var before = plugins;
        var after = new TreeMap<>(before);
        if (plugin == null) {
            after.remove(name);
        } else {
            after.put(name, plugin);
        }
        return new Step() {
            private boolean settled;

            @Override
            public void decide(Decision decision) {
                plugins = after;
            }

            @Override
            public Optional<Installed> now() {
                return Optional.ofNullable(plugin);
            }

            @Override
            public void settle() {
                settled = true;
            }

            @Override
            public void close() {
                if (!settled) {
                    plugins = before;
                }
            }
        };
    }

    private static Installed of(PluginPackage plugin) {
        var manifest = plugin.manifest();
        return new Installed(
                manifest.name(),
                manifest.version(),
                manifest.port(),
                manifest.technology(),
                State.ACTIVE,
                manifest.digest(),
                plugin.permissions(),
                List.of());
    }

    private static Installed in(State state, Installed plugin) {
        return new Installed(
                plugin.name(),
                plugin.version(),
                plugin.port(),
                plugin.technology(),
                state,
                plugin.packaged(),
                plugin.permissions(),
                plugin.instances());
    }
}
