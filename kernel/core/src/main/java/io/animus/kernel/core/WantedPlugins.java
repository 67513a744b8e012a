package io.animus.kernel.core;

import io.animus.kernel.core.PluginFolder.State;
import io.animus.kernel.core.PluginFolder.Wanted;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.trust.PluginPackage;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plugins that are wanted, as bundles: makes the framework what {@code installed.json} says.
 *
 * @param patience how long a plugin may take to start or to stop
 * @param drain how long calls under way may go on
 */
record WantedPlugins(
        PluginBundles bundles,
        PluginFolder folder,
        Ports ports,
        PluginVitals vitals,
        Duration patience,
        Duration drain) {
    private static final Logger LOG = LoggerFactory.getLogger(WantedPlugins.class);

    /** A change that was cut off has happened wholly or not at all after this. */
    void converge() throws IOException {
        folder.wanted().forEach((name, one) -> {
            var plugin = one.plugin();
            if (plugin != null) {
                bringBack(name, one, plugin);
            }
        });
        clearAway();
        stopUnwanted();
    }

    private void bringBack(String name, Wanted one, PluginPackage plugin) {
        try {
            var main = bundles.install(plugin);
            if (one.enabled()) {
                bundles.start(plugin, patience);
                ports.retire(main.getBundleId(), false);
            }
        } catch (RefusedException | BundleException | IOException e) {
            LOG.error("the plugin {} does not start: {}", name, e.getMessage());
        }
    }

    /** The bundle that is wanted of this plugin, or the archive's newest. */
    Optional<Bundle> main(String name) {
        var plugin = packaged(name);
        return plugin == null ? archived(name) : bundles.find(plugin.manifest().main());
    }

    /** The newest that came with the archive. */
    Optional<Bundle> archived(String name) {
        return bundles.plugins().stream()
                .filter(bundle -> name.equals(bundle.getSymbolicName()) && !PluginBundles.isPackaged(bundle))
                .max(Comparator.comparing(Bundle::getVersion));
    }

    /** The package that is wanted of this plugin; null if it is the archive's. */
    @Nullable PluginPackage packaged(String name) {
        var one = folder.wanted().get(name);
        return one == null ? null : one.plugin();
    }

    List<Bundle> all() {
        return bundles.plugins();
    }

    State decide(@Nullable Wanted next, Decision decision) throws IOException {
        return folder.decide(next, decision);
    }

    void stopUnwanted() {
        bundles.plugins().forEach(this::stopIfUnwanted);
    }

    /** The archive starts its own bundles; those that are replaced or switched off must not stay. */
    void stopIfUnwanted(Bundle bundle) {
        var one = bundle.getSymbolicName() == null ? null : folder.wanted().get(bundle.getSymbolicName());
        if (one == null || (bundle.getState() & (Bundle.ACTIVE | Bundle.STARTING)) == 0) {
            return;
        }
        if (!one.enabled() || (one.plugin() != null && !PluginBundles.isPackaged(bundle))) {
            LOG.info("{} is stopped: it was replaced or switched off", bundle);
            stop(bundle);
        }
    }

    /** Uninstalls what came in a package that is not wanted, and forgets the package. */
    void clearAway() throws IOException {
        bundles.keepOnly(folder.wanted().values().stream()
                .flatMap(one -> Optional.ofNullable(one.plugin()).stream())
                .map(PluginPackage::manifest)
                .toList());
        folder.sweep();
    }

    void drainAndStop(Bundle bundle) {
        vitals.drain(bundle, drain);
        stop(bundle);
    }

    void stop(Bundle bundle) {
        PluginBundles.stop(bundle, patience);
    }

    /** Lets a bundle serve again, if it is still there. */
    void restore(Bundle bundle) {
        if (bundle.getState() == Bundle.UNINSTALLED) {
            return;
        }
        ports.retire(bundle.getBundleId(), false);
        try {
            PluginBundles.start(bundle, patience);
        } catch (BundleException e) {
            LOG.error("{} does not start again: {}", bundle, e.getMessage());
        }
    }
}
