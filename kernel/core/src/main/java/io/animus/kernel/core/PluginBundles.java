package io.animus.kernel.core;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Digest;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.trust.PluginManifest;
import io.animus.kernel.trust.PluginManifest.BundleFile;
import io.animus.kernel.trust.PluginPackage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bundles of plugins in the framework. What came in packages has a location with its digest, so that two packages share a bundle
 * that both hold, and that each can be cleared away when no package holds it any more.
 */
final class PluginBundles {
    private static final String CAPABILITY = "animus.plugin";
    private static final String LOCATION = "animus:";
    private static final int START_LEVEL = 80;
    private static final Logger LOG = LoggerFactory.getLogger(PluginBundles.class);

    private final BundleContext framework;
    private final TrustAtStart trust;
    private final LeftThreads threads;

    PluginBundles(BundleContext framework, TrustAtStart trust, LeftThreads threads) {
        this.framework = framework;
        this.trust = trust;
        this.threads = threads;
    }

    /** The main bundles of all plugins, several versions of one too. */
    List<Bundle> plugins() {
        return plugins(framework);
    }

    static List<Bundle> plugins(BundleContext framework) {
        return Arrays.stream(framework.getBundles())
                .filter(bundle -> capability(bundle).isPresent())
                .toList();
    }

    /** What a plugin says of itself. */
    static Optional<BundleCapability> capability(Bundle bundle) {
        var revision = bundle.adapt(BundleRevision.class);
        return revision == null
                ? Optional.empty()
                : revision.getDeclaredCapabilities(CAPABILITY).stream().findFirst();
    }

    /** What a plugin asks for; nothing if that can't be read, for then it was never agreed to. */
    static Permissions permissions(Bundle bundle) {
        var found = bundle.getEntry(Permissions.RESOURCE);
        if (found == null) {
            return Permissions.NONE;
        }
        try (var content = found.openStream()) {
            return Permissions.read(content.readNBytes(Permissions.MAX_BYTES + 1));
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("the permissions of {} can't be read: {}", bundle, e.getMessage());
            return Permissions.NONE;
        }
    }

    /** Whether it came in a package. */
    static boolean isPackaged(Bundle bundle) {
        return bundle.getLocation().startsWith(LOCATION);
    }

    /** What the content of a bundle must have; empty if it did not come in a package. */
    static Optional<Digest> digest(Bundle bundle) {
        return isPackaged(bundle)
                ? Optional.of(new Digest("sha256:" + bundle.getLocation().substring(LOCATION.length())))
                : Optional.empty();
    }

    /** The bundle as it was installed from this file. */
    Optional<Bundle> find(BundleFile file) {
        return Optional.ofNullable(framework.getBundle(location(file)));
    }

    /**
     * Installs what is not there yet, without starting it. Refused, nothing of it stays.
     *
     * @return the main bundle
     */
    Bundle install(PluginPackage plugin) throws IOException {
        requirePort(plugin.manifest());
        var fresh = new ArrayList<Bundle>();
        try {
            for (var file : plugin.manifest().bundles()) {
                var isMain = file == plugin.manifest().main();
                var known = named(file.symbolicName(), file.version());
                if (known.isEmpty()) {
                    fresh.add(install(plugin, file));
                } else if (isMain && !known.get().getLocation().equals(location(file))) {
                    throw conflict(file.symbolicName() + " " + file.version()
                            + " is here already, in another form. Give the new one a version of its own.");
                }
            }
            var main = named(plugin.manifest().name(), plugin.manifest().version())
                    .orElseThrow(() -> invalid(List.of("The main bundle has another name than plugin.json says.")));
            var missing = Diagnosis.missing(fresh, framework.getBundles());
            if (!missing.isEmpty()) {
                throw invalid(missing);
            }
            return main;
        } catch (BundleException e) {
            fresh.forEach(PluginBundles::uninstall);
            throw invalid(List.of("The framework does not take it: " + e.getMessage()));
        } catch (RuntimeException | IOException e) {
            fresh.forEach(PluginBundles::uninstall);
            throw e;
        }
    }

    private Bundle install(PluginPackage plugin, BundleFile file) throws BundleException, IOException {
        try (var content = plugin.open(file)) {
            var bundle = framework.installBundle(location(file), content);
            var level = bundle.adapt(BundleStartLevel.class);
            // Where new bundles have it anyhow, nothing is written.
            if (level.getStartLevel() != START_LEVEL) {
                level.setStartLevel(START_LEVEL);
            }
            return bundle;
        }
    }

    /** A plugin that was built for another version of its port would resolve to nothing, or worse. */
    private void requirePort(PluginManifest manifest) {
        var name = "io.animus.api." + manifest.port();
        var offered = all().map(bundle -> bundle.adapt(BundleRevision.class))
                .filter(revision -> revision != null)
                .flatMap(revision -> revision.getDeclaredCapabilities(BundleRevision.PACKAGE_NAMESPACE).stream())
                .filter(capability -> name.equals(capability.getAttributes().get(BundleRevision.PACKAGE_NAMESPACE)))
                .map(capability -> (Version) capability.getAttributes().get("version"))
                .toList();
        var range = new VersionRange(manifest.portVersion());
        if (offered.isEmpty()) {
            throw invalid(List.of("This hub has no port " + manifest.port() + "."));
        }
        if (offered.stream().noneMatch(range::includes)) {
            throw invalid(List.of(
                    "It was built for %s %s, but this hub has version %s. Take a version of the plugin for that."
                            .formatted(name, manifest.portVersion(), offered.get(0))));
        }
    }

    /**
     * Starts the bundles of a package, the main one last, each within {@code patience}.
     *
     * @throws BundleException if one doesn't start; the message is for people
     */
    void start(PluginPackage plugin, Duration patience) throws BundleException {
        for (var file : plugin.manifest().bundles()) {
            if (file != plugin.manifest().main()) {
                var library = named(file.symbolicName(), file.version());
                if (library.isPresent() && !isFragment(library.get())) {
                    start(library.get(), patience);
                }
            }
        }
        start(named(plugin.manifest().name(), plugin.manifest().version()).orElseThrow(), patience);
    }

    /** A bundle that hangs in its start is given up; its thread is interrupted. One that was changed is not started. */
    void start(Bundle bundle, Duration patience) throws BundleException {
        var obstacles = trust.judge(bundle).obstacles();
        if (!obstacles.isEmpty()) {
            // Nor does the framework, whenever its start level comes.
            stop(bundle, patience);
            throw new BundleException(String.join(" ", obstacles));
        }
        if (capability(bundle).isPresent() && bundle.getState() != Bundle.ACTIVE) {
            threads.starts(bundle);
        }
        within(bundle, "start", patience, () -> {
            framework.getBundle(0).adapt(FrameworkWiring.class).resolveBundles(List.of(bundle));
            var wiring = bundle.adapt(BundleWiring.class);
            if (wiring != null) {
                // Threads that it starts now are known as its own by this.
                Thread.currentThread().setContextClassLoader(wiring.getClassLoader());
            }
            bundle.start();
            return bundle;
        });
    }

    /** As {@link #start}. */
    void stop(Bundle bundle, Duration patience) {
        threads.stops(bundle);
        try {
            within(bundle, "stop", patience, () -> {
                bundle.stop();
                return bundle;
            });
        } catch (BundleException e) {
            LOG.warn("{} did not stop: {}", bundle, e.getMessage());
        }
    }

    static void uninstall(Bundle bundle) {
        try {
            if (bundle.getState() != Bundle.UNINSTALLED) {
                bundle.uninstall();
            }
        } catch (BundleException | IllegalStateException e) {
            LOG.warn("{} could not be uninstalled: {}", bundle, e.getMessage());
        }
    }

    private static void within(Bundle bundle, String what, Duration patience, Callable<?> work) throws BundleException {
        var task = new FutureTask<>(work);
        var thread = new Thread(task, "animus-plugin-" + what);
        thread.setDaemon(true);
        thread.start();
        try {
            task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw new BundleException("%s hung in its %s for %d s".formatted(bundle, what, patience.toSeconds()), e);
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw new BundleException("interrupted during the " + what + " of " + bundle, e);
        } catch (ExecutionException e) {
            throw new BundleException("%s failed in its %s: %s".formatted(bundle, what, root(e)), e.getCause());
        }
    }

    /** What the framework's exceptions are wrapped around. */
    private static Throwable root(Throwable failure) {
        var root = failure;
        for (var cause = failure.getCause(); cause != null && cause != root; cause = cause.getCause()) {
            root = cause;
        }
        return root;
    }

    /**
     * Uninstalls whatever came in a package that is not in this list. A bundle that still hangs in its start or stop is left for
     * later: whoever waits for the framework's lock on it hangs too.
     */
    void keepOnly(List<PluginManifest> wanted, Duration patience) {
        Set<String> keep = new HashSet<>();
        wanted.forEach(manifest -> manifest.bundles().forEach(file -> keep.add(location(file))));
        var gone = all().filter(PluginBundles::isPackaged)
                .filter(bundle -> !keep.contains(bundle.getLocation()) && isStopped(bundle, patience))
                .toList();
        if (gone.isEmpty()) {
            return;
        }
        gone.forEach(PluginBundles::uninstall);
        var wiring = framework.getBundle(0).adapt(FrameworkWiring.class);
        var kept = new HashSet<>(wiring.getRemovalPendingBundles());
        kept.retainAll(gone);
        if (!kept.isEmpty()) {
            // Whoever is wired to a bundle that has gone would keep its classes for ever.
            wiring.refreshBundles(kept);
        }
    }

    private boolean isStopped(Bundle bundle, Duration patience) {
        if ((bundle.getState() & (Bundle.STARTING | Bundle.ACTIVE)) != 0) {
            stop(bundle, patience);
        }
        var hangs = (bundle.getState() & (Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING)) != 0;
        if (hangs) {
            LOG.warn("{} hangs, and stays until it ends or the hub starts again", bundle);
        }
        return !hangs;
    }

    private Optional<Bundle> named(String symbolicName, String version) {
        var wanted = Version.parseVersion(version);
        return all().filter(bundle -> symbolicName.equals(bundle.getSymbolicName())
                        && bundle.getVersion().equals(wanted))
                .findFirst();
    }

    private Stream<Bundle> all() {
        return Arrays.stream(framework.getBundles());
    }

    private static boolean isFragment(Bundle bundle) {
        return (bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
    }

    private static String location(BundleFile file) {
        return LOCATION + file.digest().hex();
    }

    static RefusedException invalid(List<String> problems) {
        return new RefusedException(problems.stream()
                .map(problem -> Violation.of(ProblemCode.INVALID_VALUE, problem))
                .toList());
    }

    static RefusedException conflict(String why) {
        return RefusedException.of(ProblemCode.STATE_CONFLICT, why);
    }
}
