package io.animus.kernel.core;

import io.animus.kernel.core.PluginFolder.State;
import io.animus.kernel.core.PluginFolder.Wanted;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.core.PluginRuntime.Installed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of a change in the framework. For one thread. */
final class PluginStep implements PluginRuntime.Step {
    private static final Logger LOG = LoggerFactory.getLogger(PluginStep.class);

    private final WantedPlugins plugins;
    private final Parts parts;
    private final Supplier<Optional<Installed>> now;
    private final Runnable over;
    private @Nullable State before;
    private boolean settled;

    /**
     * What changes.
     *
     * @param next what is wanted from now on; null for nothing
     * @param going what serves until it is decided; null if nothing does
     * @param coming what was started for this; null if nothing was
     */
    record Parts(@Nullable Wanted next, @Nullable Bundle going, @Nullable Bundle coming) {}

    /** @param over called once, when this is closed */
    PluginStep(WantedPlugins plugins, Parts parts, Supplier<Optional<Installed>> now, Runnable over) {
        this.plugins = plugins;
        this.parts = parts;
        this.now = now;
        this.over = over;
    }

    @Override
    public void decide(Decision decision) {
        try {
            var found = plugins.decide(parts.next(), decision);
            if (before == null) {
                before = found;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't keep which plugins are wanted", e);
        }
    }

    @Override
    public Optional<Installed> now() {
        return now.get();
    }

    @Override
    public void settle() {
        settled = true;
        if (parts.going() != null) {
            plugins.drainAndStop(parts.going());
        }
        tidy();
    }

    @Override
    public void close() {
        try {
            if (!settled) {
                undo();
            }
            plugins.stopUnwanted();
        } finally {
            over.run();
        }
    }

    private void undo() {
        if (before != null) {
            try {
                plugins.folder().restore(before);
            } catch (IOException e) {
                // The new one is what a restart would bring, so it must be what runs.
                LOG.error("can't take back which plugins are wanted", e);
                return;
            }
        }
        if (parts.coming() != null) {
            plugins.stop(parts.coming());
        }
        tidy();
        if (parts.going() != null) {
            plugins.restore(parts.going());
        }
    }

    private void tidy() {
        try {
            plugins.clearAway();
        } catch (IOException e) {
            LOG.error("can't clear away the packages of plugins", e);
        }
    }
}
