package io.animus.api.plugin;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * One configured instance of a plugin. The object that implements a port is registered under the port's interface and
 * under this one.
 */
@ConsumerType
public interface Plugin {

    /** What this instance is. Constant for as long as it lives. */
    PluginDescriptor descriptor();

    /**
     * How well the outside system serves this instance now. Called every few seconds, at most one call at a time; returns
     * within two seconds, from what the instance knows or can find out cheaply.
     */
    PluginHealth health();
}
