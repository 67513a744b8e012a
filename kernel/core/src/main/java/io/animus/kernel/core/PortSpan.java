package io.animus.kernel.core;

import io.animus.api.plugin.PluginDescriptor;
import org.jspecify.annotations.Nullable;

/** A call to a plugin as it is traced, with its retries; {@link #NONE} where none is. Safe for many threads. */
interface PortSpan {
    /** For what is not traced. */
    PortSpan NONE = new PortSpan() {};

    /** The plugin is about to be called, perhaps again. */
    default void attempt() {}

    /** A method of the port is called. */
    default void operation(String method) {}

    /** Why the call fails. */
    default void fail(String type) {}

    /**
     * Ends it.
     *
     * @param said what the plugin has said it is; null before it has
     * @param outcome as in the metrics
     */
    default void end(String plugin, @Nullable PluginDescriptor said, String outcome) {}
}
