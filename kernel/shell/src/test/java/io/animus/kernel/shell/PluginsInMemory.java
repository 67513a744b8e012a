package io.animus.kernel.shell;

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
    /** Came with the archive; one of its instances is down, with a reason that would colour a terminal. */
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
                    new Instance("far", PluginHealth.down("Nobody \u001b[31manswers."))));

    private Map<String, Installed> plugins = new TreeMap<>(Map.of(OF_THE_ARCHIVE, ARCHIVED));

    private @Nullable SlowUpdate slow;

    /** The next update takes its time. */
    synchronized SlowUpdate slowUpdate() {
        slow = new SlowUpdate();
        return slow;
    }

    @Override
    public synchronized List<Installed> all() {
        return List.copyOf(plugins.values());
    }

    @Override
    public void reconsider() {
        // Nobody is trusted less here.
    }

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
        var manifest = plugin.manifest();
        if (plugins.containsKey(manifest.name())) {
            throw RefusedException.of(ProblemCode.STATE_CONFLICT, "It is installed already.");
        }
        return put(manifest.name(), of(plugin, State.ACTIVE));
    }

    @Override
    public synchronized Step update(String name, PluginPackage plugin) {
        var update = slow;
        slow = null;
        if (update != null) {
            update.pass();
        }
        return put(require(name).name(), of(plugin, State.ACTIVE));
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
        return put(name, null);
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

    private static Installed of(PluginPackage plugin, State state) {
        var manifest = plugin.manifest();
        return new Installed(
                manifest.name(),
                manifest.version(),
                manifest.port(),
                manifest.technology(),
                state,
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
