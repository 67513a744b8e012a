package io.animus.kernel.core;

import io.animus.api.plugin.PluginHealth;
import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Digest;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.trust.PluginPackage;
import java.io.Serial;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The plugins of this node, and how one comes, goes or takes another's place. One change at a time; whoever asks for a second one
 * meanwhile is refused. Safe for many threads.
 */
public interface PluginRuntime {

    /** Whether a plugin works. */
    enum State {
        ACTIVE,
        /** The operator has switched it off. */
        DISABLED,
        /** It should work and does not; the log says why. */
        STOPPED
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

    /** A change that was made, and that is either settled or undone. */
    interface Step {
        /** The plugin as it is now; empty if it is gone. */
        Optional<Installed> now();

        /** Clears away what an undo would need. */
        void settle();

        /** Makes all as it was. */
        void undo();
    }

    /** All plugins, by name. */
    List<Installed> all();

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
