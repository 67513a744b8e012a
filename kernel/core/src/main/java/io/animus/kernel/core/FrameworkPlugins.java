package io.animus.kernel.core;

import io.animus.api.plugin.PluginHealth;
import io.animus.api.types.Json;
import io.animus.kernel.core.PluginFolder.Wanted;
import io.animus.kernel.core.PluginStep.Parts;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.trust.Mode;
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
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.BundleListener;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Plugins in the OSGi framework. At the start it makes the framework what {@code installed.json} says, so that a change which was
 * cut off has happened wholly or not at all.
 */
@Component(service = PluginRuntime.class, immediate = true, configurationPid = "io.animus.plugins")
@Designate(ocd = FrameworkPlugins.Config.class)
public final class FrameworkPlugins implements PluginRuntime, BundleListener {
    private final PluginBundles bundles;
    private final PluginFolder folder;
    private final Ports ports;
    private final PluginVitals vitals;
    private final Duration window;
    private final WantedPlugins wanted;
    private final TrustMode trust;
    private final Findings findings = new Findings();
    private volatile List<Finding> refused;
    private volatile Mode considered;
    private final Semaphore turn = new Semaphore(1);

    /** How patient the hub is with plugins. */
    @ObjectClassDefinition(name = "Plugins")
    public @interface Config {
        @AttributeDefinition(description = "Seconds in which a new version must become healthy", min = "1")
        int health__window__s() default 30;

        @AttributeDefinition(description = "Seconds that calls under way may take to end on the old version", min = "0")
        int drain__s() default 30;
    }

    @Activate
    public FrameworkPlugins(
            BundleContext framework,
            @Reference(name = "ports") Ports ports,
            @Reference(name = "trust") TrustMode trust,
            @Reference(name = "threads") LeftThreads threads,
            Config config)
            throws IOException {
        this(
                framework,
                ports,
                folder(framework, "karaf.data").resolve("plugins"),
                new TrustAtStart(
                        trust,
                        folder(framework, Constants.FRAMEWORK_STORAGE),
                        folder(framework, "karaf.home").resolve("bom.json")),
                threads,
                Duration.ofSeconds(config.health__window__s()),
                Duration.ofSeconds(config.drain__s()));
        framework.addBundleListener(this);
    }

    FrameworkPlugins(
            BundleContext framework,
            Ports ports,
            Path folder,
            TrustAtStart trust,
            LeftThreads threads,
            Duration window,
            Duration drain)
            throws IOException {
        this.bundles = new PluginBundles(framework, trust, threads);
        this.folder = new PluginFolder(folder);
        this.ports = ports;
        this.vitals = new PluginVitals(ports);
        this.window = window;
        this.wanted = new WantedPlugins(bundles, this.folder, trust, ports, vitals, window, drain);
        this.trust = trust.trust();
        this.considered = this.trust.mode();
        var found = wanted.converge();
        this.refused = refusals(found);
        findings.add(found);
    }

    @Deactivate
    void close(BundleContext framework) {
        framework.removeBundleListener(this);
    }

    private static Path folder(BundleContext framework, String property) {
        return Path.of(Objects.requireNonNull(framework.getProperty(property), property));
    }

    private static List<Finding> refusals(List<Finding> found) {
        return found.stream().filter(Finding::isRefusal).toList();
    }

    @Override
    public List<Finding> refused() {
        return refused;
    }

    @Override
    public List<Finding> untold() {
        return findings.untold();
    }

    @Override
    public void told(Finding finding) {
        findings.told(finding);
    }

    @Override
    public void reconsider() {
        var before = considered;
        var mode = trust.mode();
        if (mode == before) {
            return;
        }
        // One that is stricter starts nothing, and stops nothing either.
        if (mode.compareTo(before) > 0 && !refused.isEmpty()) {
            turn.acquireUninterruptibly();
            try {
                var found = wanted.reconsider(refused);
                findings.replace(refused, found);
                refused = refusals(found);
            } finally {
                turn.release();
            }
        }
        considered = mode;
    }

    /** The archive starts its own bundles whenever it likes to. */
    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STARTED && turn.availablePermits() > 0) {
            wanted.stopIfUnwanted(event.getBundle());
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

    @Override
    public boolean isBusy() {
        return turn.availablePermits() == 0;
    }

    @Override
    public Optional<String> versionOf(String name) {
        return wanted.main(name).map(bundle -> bundle.getVersion().toString());
    }

    @Override
    public Map<String, Map<String, Json.Members>> configurations() {
        return folder.wanted().values().stream()
                .flatMap(one -> Optional.ofNullable(one.plugin()).stream())
                .collect(Collectors.toMap(plugin -> plugin.manifest().name(), PluginPackage::configurations));
    }

    private Optional<Installed> find(String name) {
        return find(name, wanted.wanted(name));
    }

    private Optional<Installed> find(String name, Wanted one) {
        return wanted.main(name, one).map(bundle -> describe(bundle, one));
    }

    private Installed describe(Bundle bundle, Wanted one) {
        var says = PluginBundles.capability(bundle).orElseThrow().getAttributes();
        var state = !one.enabled() ? State.DISABLED : bundle.getState() == Bundle.ACTIVE ? State.ACTIVE : State.STOPPED;
        return new Installed(
                bundle.getSymbolicName(),
                bundle.getVersion().toString(),
                String.valueOf(says.get("port")),
                String.valueOf(says.get("technology")),
                state,
                one.plugin() == null ? null : one.digest(),
                PluginBundles.permissions(bundle),
                // It may be told before it is done.
                one.enabled() ? instances(bundle) : List.of());
    }

    private List<Instance> instances(Bundle bundle) {
        return ports.pluginsOf(bundle.getBundleId()).stream()
                .map(known -> new Instance(known.descriptor().instance(), ports.healthOf(known.plugin())))
                .sorted(Comparator.comparing(Instance::name))
                .toList();
    }

    @Override
    public Optional<Decision> unrecorded() {
        return folder.unrecorded();
    }

    @Override
    public void remember(@Nullable Decision unrecorded) {
        try {
            folder.remember(unrecorded);
        } catch (IOException e) {
            throw new UncheckedIOException("can't keep the state of plugins", e);
        }
    }

    @Override
    public Step install(PluginPackage plugin) {
        return begin(() -> {
            var name = plugin.manifest().name();
            if (wanted.main(name).isPresent()) {
                throw PluginBundles.conflict(name + " is installed already. Update it.");
            }
            return replace(name, null, plugin);
        });
    }

    @Override
    public Step update(String name, PluginPackage plugin) {
        return begin(() -> {
            var old = require(name);
            if (!plugin.manifest().name().equals(name)) {
                throw PluginBundles.invalid(
                        List.of("This is a package of " + plugin.manifest().name() + "."));
            }
            if (old.getVersion().equals(Version.parseVersion(plugin.manifest().version()))) {
                throw PluginBundles.conflict(name + " has this version already.");
            }
            return replace(name, serving(old), plugin);
        });
    }

    private Step replace(String name, @Nullable Bundle old, PluginPackage plugin) throws IOException {
        var before = old == null ? Map.<String, PluginHealth.State>of() : vitals.of(old);
        try {
            var fresh = bundles.install(plugin);
            try (var keeping = folder.keep(plugin)) {
                if (old != null && plugin.manifest().exclusive()) {
                    // A full disk must not interrupt it.
                    keeping.kept();
                    wanted.drainAndStop(old);
                }
                start(plugin, fresh, before);
                return step(name, new Parts(new Wanted(true, keeping.kept()), old, fresh));
            }
        } catch (RefusedException | RolledBackException | IOException e) {
            wanted.clearAway();
            if (old != null) {
                wanted.restore(old);
            } else if (e instanceof RolledBackException) {
                throw PluginBundles.invalid(List.of(String.valueOf(e.getMessage())));
            }
            throw e;
        }
    }

    private void start(PluginPackage plugin, Bundle fresh, Map<String, PluginHealth.State> before)
            throws RolledBackException {
        try {
            bundles.start(plugin, window);
            vitals.await(fresh, before, window);
        } catch (BundleException e) {
            throw new RolledBackException(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Step disable(String name) {
        return begin(() -> step(name, new Parts(wanted.wanted(name).enabled(false), serving(require(name)), null)));
    }

    @Override
    public Step enable(String name) {
        return begin(() -> {
            var bundle = require(name);
            requireReadable(name);
            var opinion = wanted.judge(name, bundle);
            if (!opinion.obstacles().isEmpty()) {
                throw PluginBundles.conflict(String.join(" ", opinion.obstacles()));
            }
            var coming = serving(bundle) == null ? bundle : null;
            try {
                bundles.start(bundle, window);
            } catch (BundleException e) {
                throw PluginBundles.conflict(String.valueOf(e.getMessage()));
            }
            findings.add(
                    opinion.of(name, bundle.getVersion().toString()).stream().toList());
            return step(name, new Parts(wanted.wanted(name).enabled(true), null, coming));
        });
    }

    @Override
    public Step remove(String name) {
        return begin(() -> {
            var bundle = require(name);
            if (wanted.wanted(name).isOfArchive()) {
                throw PluginBundles.conflict(name + " came with the archive. Disable it instead.");
            }
            var going = serving(bundle);
            // The archive may have one of its own, which works again from now on.
            var archived = wanted.archived(name).orElse(null);
            if (archived != null) {
                wanted.restore(archived);
            }
            return step(name, new Parts(null, going, archived));
        });
    }

    private Bundle require(String name) {
        return wanted.main(name).orElseThrow(() -> RefusedException.notFound("plugin"));
    }

    private void requireReadable(String name) {
        var one = wanted.wanted(name);
        if (!one.isOfArchive() && one.plugin() == null) {
            throw PluginBundles.conflict("The package of " + name + " can't be read. Put another one in its place.");
        }
    }

    private static @Nullable Bundle serving(Bundle bundle) {
        return bundle.getState() == Bundle.ACTIVE ? bundle : null;
    }

    private Step step(String name, Parts parts) {
        var next = parts.next() == null ? Wanted.OF_THE_ARCHIVE : parts.next();
        return new PluginStep(wanted, parts, () -> find(name, next), turn::release);
    }

    /** Begins a change of what is on the disk. */
    private interface Work {
        Step run() throws IOException;
    }

    private Step begin(Work work) {
        if (!turn.tryAcquire()) {
            throw RefusedException.passing(
                    ProblemCode.STATE_CONFLICT,
                    "Another plugin is being changed on this node. Try again when that is done.");
        }
        var begun = false;
        try {
            var step = work.run();
            begun = true;
            return step;
        } catch (IOException e) {
            throw new UncheckedIOException("can't keep the state of plugins", e);
        } finally {
            if (!begun) {
                turn.release();
            }
        }
    }
}
