package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.core.PluginRuntime.RolledBackException;
import io.animus.kernel.core.PluginRuntime.Step;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.trust.PluginPackage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The configurations of this node's plugins. One change at a time, as of plugins. Safe for many threads. */
public interface PluginConfigurations extends Decisions {

    /** Where a configuration comes from. */
    enum Source {
        /** An operator asked for it over the API. */
        API,
        /** The plugin's package. */
        PACKAGE,
        /** A file of the operator in {@code etc/}. */
        FILE
    }

    /**
     * A configuration that is in force.
     *
     * @param values what may be shown of it
     */
    record Configured(String pid, Source source, Json.Members values) {}

    /** A change that is in force, and undone when it is closed unless it was kept. No other change begins before. */
    interface Change extends AutoCloseable {
        /**
         * From here on a restart ends at the new values. May be called again with another event, if the transaction of the first has
         * failed.
         */
        void decide(Decision decision);

        /** It stays. */
        void settle();

        @Override
        void close();
    }

    /** What of a plugin can be configured. */
    List<ConfigurationType> types(String plugin);

    /** The configurations of a plugin, by PID. */
    List<Configured> all(String plugin);

    /**
     * Configures an instance, or with null takes what the API configured back. It waits until the instance is as well as it should
     * be.
     *
     * @param values as {@code type} wants them
     * @throws RefusedException {@code STATE_CONFLICT} if a file has it, {@code NOT_FOUND} if there is nothing to take back
     * @throws RolledBackException if the instance didn't become healthy; it is as it was
     */
    Change put(String plugin, ConfigurationType type, String pid, Json.@Nullable Members values);

    /**
     * Checks what a package brings along.
     *
     * @param step that installs it, and that is closed by whatever is thrown here
     * @throws RefusedException for all that is wrong
     */
    Step checked(PluginPackage plugin, Step step);

    /** Puts into force what packages bring along now, and clears away what is left of plugins that have gone. */
    void follow();
}
