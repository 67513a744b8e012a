package io.animus.kernel.core;

import io.animus.api.plugin.PluginHealth;
import io.animus.kernel.core.PluginFolder.Wanted;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.trust.PluginPackage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.BundleListener;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plugins in the OSGi framework. At the start it makes the framework what {@code installed.json} says, so that a change which was
 * cut off has happened wholly or not at all.
 */
@Component(service = PluginRuntime.class, immediate = true, configurationPid = "io.animus.plugins")
@Designate(ocd = FrameworkPlugins.Config.class)
public final class FrameworkPlugins implements PluginRuntime, BundleListener {
    private static final Logger LOG = LoggerFactory.getLogger(FrameworkPlugins.class);

    private final PluginBundles bundles;
    private final PluginFolder folder;
    private final Ports ports;
    private final PluginVitals vitals;
    private final Duration window;
    private final Duration drain;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile SortedMap<String, Wanted> wanted;

    /** How patient the hub is with plugins. */
    @ObjectClassDefinition(name = "Plugins")
    public @interface Config {
        @AttributeDefinition(description = "Seconds in which a new version must become healthy", min = "1")
        int health__window__s() default 30;

        @AttributeDefinition(description = "Seconds that calls under way may take to end on the old version", min = "0")
        int drain__s() default 30;
    }

    @Activate
    public FrameworkPlugins(BundleContext framework, @Reference(name = "ports") Ports ports, Config config)
            throws IOException {
        this(
                framework,
                ports,
                Path.of(Objects.requireNonNull(framework.getProperty("karaf.data"), "karaf.data"), "plugins"),
                Duration.ofSeconds(config.health__window__s()),
                Duration.ofSeconds(config.drain__s()));
        framework.addBundleListener(this);
    }

    FrameworkPlugins(BundleContext framework, Ports ports, Path folder, Duration window, Duration drain)
            throws IOException {
        this.bundles = new PluginBundles(framework);
        this.folder = new PluginFolder(folder);
        this.ports = ports;
        this.vitals = new PluginVitals(ports);
        this.window = window;
        this.drain = drain;
        this.wanted = this.folder.read();
        converge();
    }

    @Deactivate
    void close(BundleContext framework) {
        framework.removeBundleListener(this);
    }

    private void converge() throws IOException {
        wanted.forEach((name, one) -> {
            var plugin = one.plugin();
            if (plugin != null) {
                bringBack(name, one, plugin);
            }
        });
        clearAway();
        bundles.plugins().forEach(this::stopIfUnwanted);
    }

    private void bringBack(String name, Wanted one, PluginPackage plugin) {
        try {
            var main = bundles.install(plugin);
            if (one.enabled()) {
                bundles.start(plugin, window);
                ports.retire(main.getBundleId(), false);
            }
        } catch (RefusedException | BundleException | IOException e) {
            LOG.error("the plugin {} does not start: {}", name, e.getMessage());
        }
    }

    /** The archive starts its own bundles; those that are replaced or switched off must not stay. */
    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STARTED && !turn.isLocked()) {
            stopIfUnwanted(event.getBundle());
        }
    }

    private void stopIfUnwanted(Bundle bundle) {
        var one = bundle.getSymbolicName() == null ? null : wanted.get(bundle.getSymbolicName());
        if (one == null || (bundle.getState() & (Bundle.ACTIVE | Bundle.STARTING)) == 0) {
            return;
        }
        if (!one.enabled() || (one.plugin() != null && !PluginBundles.isPackaged(bundle))) {
            LOG.info("{} is stopped: it was replaced or switched off", bundle);
            PluginBundles.stop(bundle, window);
        }
    }

    @Override
    public List<Installed> all() {
        return bundles.plugins().stream()
                .map(Bundle::getSymbolicName)
                .distinct()
                .sorted()
                .flatMap(name -> find(name).stream())
                .toList();
    }

    private Optional<Installed> find(String name) {
        return main(name).map(this::describe);
    }

    /** The bundle that is wanted of this plugin, or the archive's newest. */
    private Optional<Bundle> main(String name) {
        var one = wanted.get(name);
        var plugin = one == null ? null : one.plugin();
        if (plugin != null) {
            return bundles.find(plugin.manifest().main());
        }
        return bundles.plugins().stream()
                .filter(bundle -> name.equals(bundle.getSymbolicName()) && !PluginBundles.isPackaged(bundle))
                .max(Comparator.comparing(Bundle::getVersion));
    }

    private Installed describe(Bundle bundle) {
        var one = wanted.get(bundle.getSymbolicName());
        var says = PluginBundles.capability(bundle).orElseThrow().getAttributes();
        var state = one != null && !one.enabled()
                ? State.DISABLED
                : bundle.getState() == Bundle.ACTIVE ? State.ACTIVE : State.STOPPED;
        return new Installed(
                bundle.getSymbolicName(),
                bundle.getVersion().toString(),
                String.valueOf(says.get("port")),
                String.valueOf(says.get("technology")),
                state,
                one == null ? null : one.digest(),
                PluginBundles.permissions(bundle),
                ports.pluginsOf(bundle.getBundleId()).stream()
                        .map(plugin -> new Instance(plugin.descriptor().instance(), ports.healthOf(plugin)))
                        .sorted(Comparator.comparing(Instance::name))
                        .toList());
    }

    @Override
    public Step install(PluginPackage plugin) {
        return inTurn(() -> {
            var name = plugin.manifest().name();
            if (main(name).isPresent()) {
                throw PluginBundles.conflict(name + " is installed already. Update it.");
            }
            return replace(name, null, plugin);
        });
    }

    @Override
    public Step update(String name, PluginPackage plugin) {
        return inTurn(() -> {
            var old = require(name);
            if (!plugin.manifest().name().equals(name)) {
                throw PluginBundles.invalid(
                        List.of("This is a package of " + plugin.manifest().name() + "."));
            }
            if (old.getVersion().equals(Version.parseVersion(plugin.manifest().version()))) {
                throw PluginBundles.conflict(name + " has this version already.");
            }
            return replace(name, old.getState() == Bundle.ACTIVE ? old : null, plugin);
        });
    }

    private Step replace(String name, @Nullable Bundle old, PluginPackage plugin) throws IOException {
        var kept = folder.keep(plugin);
        var before = old == null ? Map.<String, PluginHealth.State>of() : vitals.of(old);
        try {
            var fresh = bundles.install(kept);
            if (old != null && plugin.manifest().exclusive()) {
                drainAndStop(old);
            }
            try {
                bundles.start(kept, window);
                vitals.await(fresh, before, window);
            } catch (BundleException e) {
                throw new RolledBackException(String.valueOf(e.getMessage()));
            }
        } catch (RefusedException | RolledBackException | IOException e) {
            restore(old);
            clearAway();
            if (old == null && e instanceof RolledBackException) {
                throw PluginBundles.invalid(List.of(String.valueOf(e.getMessage())));
            }
            throw e;
        }
        return step(name, new Wanted(true, kept), old);
    }

    @Override
    public Step disable(String name) {
        return inTurn(() -> {
            var bundle = require(name);
            var before = wanted.get(name);
            return step(name, new Wanted(false, before == null ? null : before.plugin()), bundle);
        });
    }

    @Override
    public Step enable(String name) {
        return inTurn(() -> {
            var bundle = require(name);
            var before = wanted.get(name);
            var plugin = before == null ? null : before.plugin();
            var step = step(name, new Wanted(true, plugin), null);
            try {
                PluginBundles.start(bundle, window);
            } catch (BundleException e) {
                step.undo();
                throw PluginBundles.conflict(String.valueOf(e.getMessage()));
            }
            return step;
        });
    }

    @Override
    public Step remove(String name) {
        return inTurn(() -> {
            var bundle = require(name);
            if (!PluginBundles.isPackaged(bundle)) {
                throw PluginBundles.conflict(name + " came with the archive. Disable it instead.");
            }
            var step = step(name, null, bundle);
            // The archive may have one of its own, which works again from now on.
            restore(main(name).orElse(null));
            return step;
        });
    }

    private Bundle require(String name) {
        return main(name).orElseThrow(() -> RefusedException.notFound("plugin"));
    }

    /**
     * Writes what is wanted from now on and keeps new calls from the old one, which goes when the step is settled: whatever
     * happens next, a restart ends at one of the two.
     */
    private Step step(String name, @Nullable Wanted next, @Nullable Bundle old) throws IOException {
        var before = wanted;
        var after = new TreeMap<>(before);
        if (next == null) {
            after.remove(name);
        } else {
            after.put(name, next);
        }
        folder.write(after);
        wanted = after;
        if (old != null) {
            ports.retire(old.getBundleId(), true);
        }
        return new Step() {
            @Override
            public Optional<Installed> now() {
                return find(name);
            }

            @Override
            public void settle() {
                guarded(() -> {
                    if (old != null) {
                        drainAndStop(old);
                    }
                    clearAway();
                });
            }

            @Override
            public void undo() {
                guarded(() -> {
                    folder.write(before);
                    wanted = before;
                    if (old == null) {
                        main(name).ifPresent(bundle -> PluginBundles.stop(bundle, window));
                    }
                    clearAway();
                    restore(old);
                    bundles.plugins().forEach(FrameworkPlugins.this::stopIfUnwanted);
                });
            }
        };
    }

    private void clearAway() throws IOException {
        var current = wanted;
        bundles.keepOnly(current.values().stream()
                .flatMap(one -> Optional.ofNullable(one.plugin()).stream())
                .map(PluginPackage::manifest)
                .toList());
        folder.sweep(current);
    }

    private void drainAndStop(Bundle bundle) {
        vitals.drain(bundle, drain);
        PluginBundles.stop(bundle, window);
    }

    private void restore(@Nullable Bundle old) {
        if (old == null || old.getState() == Bundle.UNINSTALLED) {
            return;
        }
        ports.retire(old.getBundleId(), false);
        try {
            PluginBundles.start(old, window);
        } catch (BundleException e) {
            LOG.error("{} does not start again: {}", old, e.getMessage());
        }
    }

    /** A change of what is on the disk. */
    private interface Work<T> {
        T run() throws IOException;
    }

    private <T> T inTurn(Work<T> work) {
        if (!turn.tryLock()) {
            throw RefusedException.of(
                    ProblemCode.STATE_CONFLICT,
                    "Another plugin is being changed on this node. Try again when that is done.");
        }
        try {
            return work.run();
        } catch (IOException e) {
            throw new UncheckedIOException("can't keep the state of plugins", e);
        } finally {
            turn.unlock();
        }
    }

    private void guarded(Tidy work) {
        turn.lock();
        try {
            work.run();
        } catch (IOException e) {
            LOG.error("can't keep the state of plugins", e);
        } finally {
            turn.unlock();
        }
    }

    /** As {@link Work}, with nothing to answer. */
    private interface Tidy {
        void run() throws IOException;
    }
}
