package io.animus.kernel.core;

import io.animus.api.plugin.PluginHealth;
import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.trust.PluginPackage;
import java.io.Serial;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The plugins of this node, and how one comes, goes or takes another's place. One change at a time; whoever asks for a second one
 * meanwhile is refused. Safe for many threads.
 */
public interface PluginRuntime extends Decisions {

    /** Whether a plugin works. */
    enum State {
        ACTIVE,
        /** The operator has switched it off. */
        DISABLED,
        /** It should work and does not; the log says why. */
        STOPPED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A configured instance of a plugin. */
    record Instance(String name, PluginHealth health) {}

    /**
     * A plugin that is installed.
     *
     * @param name symbolic name of its main bundle
     * @param packaged digest of the package that it came in; null if it came with the archive
     * @param permissions what it asks for
     */
    record Installed(
            String name,
            String version,
            String port,
            String technology,
            State state,
            @Nullable Digest packaged,
            Permissions permissions,
            List<Instance> instances) {
        public Installed {
            instances = List.copyOf(instances);
        }
    }

    /**
     * What was decided about a plugin.
     *
     * @param event the audit event that says so
     * @param details those of the event
     */
    record Decision(TypeId event, Action action, String plugin, Json.Members details) {
        Json.Members json() {
            return Json.object()
                    .put("event", event.value())
                    .put("action", action.word())
                    .put("plugin", plugin)
                    .put("details", details)
                    .build();
        }

        /** @throws IllegalArgumentException if this is not what {@link #json} writes */
        static Decision of(Json.Members json) {
            if (json.members().get("event") instanceof Json.Text event
                    && json.members().get("action") instanceof Json.Text word
                    && json.members().get("plugin") instanceof Json.Text plugin
                    && json.members().get("details") instanceof Json.Members details) {
                var action = Action.find(word.value()).orElseThrow(() -> new IllegalArgumentException(word.value()));
                return new Decision(new TypeId(event.value()), action, plugin.value(), details);
            }
            throw new IllegalArgumentException("no decision about a plugin: " + json);
        }
    }

    /**
     * A change that is ready to be decided: the new version is there and well, and the old one still serves. No other change
     * begins before it is closed.
     */
    interface Step extends AutoCloseable {
        /**
         * Makes it what is wanted: from here on a restart ends at the new state. May be called again with another event, if the
         * transaction of the first has failed.
         */
        void decide(Decision decision);

        /** The plugin as it is once this is decided; empty if it is gone then. Asks its instances how they are, which may take long. */
        Optional<Installed> now();

        /** Keeps new calls from what is not wanted any more, waits for those under way, and clears it away. */
        void settle();

        /** Makes all as it was, unless it was settled. */
        @Override
        void close();
    }

    /** All plugins, by name. */
    List<Installed> all();

    /** Whether a plugin is being changed now, so that whoever asks for another change would be refused. */
    boolean isBusy();

    /** What was kept from starting at the start of this node: it isn't what was let in any more, or isn't to be trusted today. */
    List<Finding> refused();

    /** What was kept from starting, or let in by a laxer mode alone, since this node started, and isn't on record yet. */
    List<Finding> untold();

    /** It is on record. */
    void told(Finding finding);

    /** Looks again at what was {@linkplain #refused refused}, if the mode of trust is another one by now. */
    void reconsider();

    /** The version of a plugin that is, or should be, at work. */
    Optional<String> versionOf(String name);

    /** What packages bring along to configure their plugins: values by PID, by plugin. */
    Map<String, Map<String, Json.Members>> configurations();

    /** @throws RefusedException if it is installed already, or can't run here: the reason says what is missing */
    Step install(PluginPackage plugin);

    /**
     * Puts another version in a plugin's place: calls under way end on the old one, new ones go to the new one.
     *
     * @throws RefusedException as {@link #install}; the old one goes on
     * @throws RolledBackException if the new one did not become healthy; the old one goes on
     */
    Step update(String name, PluginPackage plugin);

    /** @throws RefusedException {@code NOT_FOUND} if there is no such plugin */
    Step disable(String name);

    /** @throws RefusedException {@code NOT_FOUND} if there is no such plugin */
    Step enable(String name);

    /** @throws RefusedException {@code NOT_FOUND} if there is no such plugin, {@code STATE_CONFLICT} if it is the archive's */
    Step remove(String name);

    /** A new version did not become healthy, and the old one is back. The message says what was wrong. */
    final class RolledBackException extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1L;

        public RolledBackException(String message) {
            super(message);
        }
    }
}
