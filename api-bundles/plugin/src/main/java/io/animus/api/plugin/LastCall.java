package io.animus.api.plugin;

import io.animus.api.types.ExternalSystemException;
import java.util.function.Supplier;

/** The health of a plugin that has one system to reach: well while calls succeed, down since one failed. Safe for many threads. */
public final class LastCall {
    private volatile PluginHealth health = PluginHealth.OK;

    /** Before any call all is well. */
    public PluginHealth health() {
        return health;
    }

    /** Makes a call, and notes how it went. */
    public <T> T of(Supplier<T> call) {
        try {
            var answer = call.get();
            health = PluginHealth.OK;
            return answer;
        } catch (ExternalSystemException e) {
            health = PluginHealth.down(String.valueOf(e.getMessage()));
            throw e;
        }
    }
}
