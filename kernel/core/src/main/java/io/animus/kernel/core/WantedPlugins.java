package io.animus.kernel.core;

import io.animus.kernel.core.PluginFolder.State;
import io.animus.kernel.core.PluginFolder.Wanted;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.core.TrustAtStart.Opinion;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.trust.PluginPackage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
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
        TrustAtStart trust,
        Ports ports,
        PluginVitals vitals,
        Duration patience,
        Duration drain) {
    private static final Logger LOG = LoggerFactory.getLogger(WantedPlugins.class);

    /**
     * A change that was cut off has happened wholly or not at all after this, and nothing starts that is not what was let in.
     *
     * @return what should start and doesn't, or does so only because the mode of trust is lax
     */
    List<Finding> converge() throws IOException {
        var found = new ArrayList<>(folder.lost());
        for (var one : folder.wanted().values()) {
            var plugin = one.plugin();
            if (plugin != null) {
                bringBack(plugin, one.enabled()).ifPresent(found::add);
            }
        }
        clearAway();
        stopUnwanted();
        for (var bundle : bundles.plugins()) {
            if (!PluginBundles.isPackaged(bundle)) {
                judge(bundle).ifPresent(found::add);
            }
        }
        return logged(found);
    }

    /**
     * Looks again at what was refused, once the mode of trust is another one. What runs meanwhile is left alone.
     *
     * @return as {@link #converge}
     */
    List<Finding> reconsider(List<Finding> before) {
        var found = new ArrayList<Finding>();
        for (var one : before) {
            if (main(one.plugin()).stream().noneMatch(bundle -> bundle.getState() == Bundle.ACTIVE)) {
                lookAgain(one).ifPresent(found::add);
            }
        }
        stopUnwanted();
        return logged(found);
    }

    private Optional<Finding> lookAgain(Finding before) {
        var one = wanted(before.plugin());
        if (one.isOfArchive()) {
            var bundle = archived(before.plugin()).filter(this::isWanted);
            var found = bundle.flatMap(this::judge);
            if (found.filter(Finding::isRefusal).isEmpty()) {
                bundle.ifPresent(this::restore);
            }
            return found;
        }
        return one.plugin() == null ? Optional.of(before) : bringBack(one.plugin(), one.enabled());
    }

    private static List<Finding> logged(List<Finding> found) {
        for (var one : found) {
            var mode = one.letInBy();
            if (mode == null) {
                LOG.error("{} {} does not start: {}", one.plugin(), one.version(), one.reason());
            } else {
                LOG.warn(
                        "{} {} starts only in the mode {}: {}", one.plugin(), one.version(), mode.word(), one.reason());
            }
        }
        return List.copyOf(found);
    }

    /** Stops a plugin of the archive that isn't to start. */
    private Optional<Finding> judge(Bundle bundle) {
        var opinion = trust.judge(bundle);
        if (!opinion.obstacles().isEmpty()) {
            stop(bundle);
        }
        return opinion.of(bundle.getSymbolicName(), bundle.getVersion().toString());
    }

    /** What is thought of a plugin that shall start again: of its package, or of the jar that came in none. */
    Opinion judge(String name, Bundle bundle) {
        var plugin = wanted(name).plugin();
        return plugin == null ? trust.judge(bundle) : trust.judge(plugin);
    }

    private Optional<Finding> bringBack(PluginPackage plugin, boolean enabled) {
        var manifest = plugin.manifest();
        var opinion = enabled ? trust.judge(plugin) : new Opinion(manifest.digest(), List.of(), null);
        try {
            if (opinion.obstacles().isEmpty()) {
                var main = bundles.install(plugin);
                if (enabled) {
                    bundles.start(plugin, patience);
                    ports.retire(main.getBundleId(), false);
                }
                return opinion.of(manifest.name(), manifest.version());
            }
        } catch (RefusedException | BundleException | IOException e) {
            opinion = new Opinion(manifest.digest(), List.of(String.valueOf(e.getMessage())), null);
        }
        manifest.bundles().forEach(file -> bundles.find(file).ifPresent(this::stop));
        return opinion.of(manifest.name(), manifest.version());
    }

    /** The bundle that is wanted of this plugin, or the archive's newest. */
    Optional<Bundle> main(String name) {
        return main(name, wanted(name));
    }

    /** The same if this were wanted. */
    Optional<Bundle> main(String name, Wanted one) {
        var plugin = one.plugin();
        return plugin == null ? archived(name) : bundles.find(plugin.manifest().main());
    }

    /** The newest that came with the archive. */
    Optional<Bundle> archived(String name) {
        return bundles.plugins().stream()
                .filter(bundle -> name.equals(bundle.getSymbolicName()) && !PluginBundles.isPackaged(bundle))
                .max(Comparator.comparing(Bundle::getVersion));
    }

    /** What is wanted of this plugin; the archive's if nobody ever said. */
    Wanted wanted(String name) {
        return folder.wanted().getOrDefault(name, Wanted.OF_THE_ARCHIVE);
    }

    State decide(@Nullable Wanted next, Decision decision) throws IOException {
        return folder.decide(next, decision);
    }

    void stopUnwanted() {
        bundles.plugins().forEach(this::stopIfUnwanted);
    }

    /** The archive starts its own bundles, and one that hung in its start may end it at last. */
    void stopIfUnwanted(Bundle bundle) {
        var runs = (bundle.getState() & (Bundle.ACTIVE | Bundle.STARTING)) != 0;
        if (runs && PluginBundles.capability(bundle).isPresent() && !isWanted(bundle)) {
            LOG.info("{} is stopped: it was replaced or switched off", bundle);
            stop(bundle);
        }
    }

    private boolean isWanted(Bundle bundle) {
        var one = wanted(String.valueOf(bundle.getSymbolicName()));
        if (one.isOfArchive()) {
            return !PluginBundles.isPackaged(bundle) && one.enabled();
        }
        return one.enabled()
                && one.plugin() != null
                && bundles.find(one.plugin().manifest().main())
                        .filter(bundle::equals)
                        .isPresent();
    }

    /** Uninstalls what came in a package that is not wanted, and forgets the package. */
    void clearAway() throws IOException {
        var packages = folder.wanted().values().stream()
                .flatMap(one -> Optional.ofNullable(one.plugin()).stream())
                .map(PluginPackage::manifest)
                .toList();
        bundles.keepOnly(packages, patience);
        folder.sweep();
    }

    void drainAndStop(Bundle bundle) {
        vitals.drain(bundle, drain);
        stop(bundle);
    }

    void stop(Bundle bundle) {
        bundles.stop(bundle, patience);
    }

    /** Lets a bundle serve again, if it is still there. */
    void restore(Bundle bundle) {
        if (bundle.getState() == Bundle.UNINSTALLED) {
            return;
        }
        ports.retire(bundle.getBundleId(), false);
        try {
            bundles.start(bundle, patience);
        } catch (BundleException e) {
            LOG.error("{} does not start again: {}", bundle, e.getMessage());
        }
    }
}
