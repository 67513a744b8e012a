package io.animus.kernel.core;

import static org.osgi.service.component.annotations.ReferencePolicyOption.GREEDY;

import io.animus.api.types.Json;
import io.animus.kernel.core.ConfigurationFile.State;
import io.animus.kernel.core.ConfigurationFile.Wish;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.core.PluginRuntime.RolledBackException;
import io.animus.kernel.core.PluginRuntime.Step;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.trust.PluginPackage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.Version;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Configurations in Configuration Admin. It is made to say what {@code configurations.json} and the packages say: at the start, and
 * whenever a plugin comes. What files in {@code etc/} configure is left alone.
 */
@Component(service = PluginConfigurations.class, immediate = true, configurationPid = "io.animus.plugins")
public final class FrameworkConfigurations implements PluginConfigurations, BundleListener {
    private static final Logger LOG = LoggerFactory.getLogger(FrameworkConfigurations.class);
    /** Marks what this class has configured, with the digest of the values. */
    private static final String MARK = "animus.configuration";

    private static final Pattern OF_THE_HUB =
            Pattern.compile("^(io\\.animus\\.(?!plugin\\.)|org\\.apache\\.|org\\.ops4j\\.|org\\.osgi\\.)");
    private static final String FILE = "felix.fileinstall.filename";

    private final BundleContext framework;
    private final PluginRuntime runtime;
    private final ConfigurationAdmin admin;
    private final ConfigurationFile file;
    private final ConfiguredInstances instances;
    private final Semaphore turn = new Semaphore(1);
    private SortedMap<String, Wish> wishes;

    @Activate
    public FrameworkConfigurations(
            BundleContext framework,
            @Reference(name = "runtime", policyOption = GREEDY) PluginRuntime runtime,
            @Reference(name = "ports") Ports ports,
            @Reference(name = "admin") ConfigurationAdmin admin,
            FrameworkPlugins.Config config)
            throws IOException {
        this(
                framework,
                runtime,
                ports,
                admin,
                Path.of(Objects.requireNonNull(framework.getProperty("karaf.data"), "karaf.data"), "plugins"),
                Duration.ofSeconds(config.health__window__s()));
        framework.addBundleListener(this);
    }

    FrameworkConfigurations(
            BundleContext framework,
            PluginRuntime runtime,
            Ports ports,
            ConfigurationAdmin admin,
            Path folder,
            Duration window)
            throws IOException {
        this.framework = framework;
        this.runtime = runtime;
        this.admin = admin;
        this.file = new ConfigurationFile(folder);
        this.instances = new ConfiguredInstances(framework, ports, window, MARK);
        this.wishes = file.wishes();
        converge();
    }

    @Deactivate
    void close(BundleContext from) {
        from.removeBundleListener(this);
    }

    /** A plugin of the archive may come after this component. */
    @Override
    public void bundleChanged(BundleEvent event) {
        var name = String.valueOf(event.getBundle().getSymbolicName());
        if (event.getType() == BundleEvent.RESOLVED
                && PluginBundles.capability(event.getBundle()).isPresent()
                && (runtime.configurations().containsKey(name)
                        || current().values().stream()
                                .anyMatch(wish -> wish.plugin().equals(name)))) {
            converge();
        }
    }

    @Override
    public List<ConfigurationType> types(String plugin) {
        return main(plugin).map(FrameworkConfigurations::typesOf).orElse(List.of());
    }

    /** Without those that would configure the hub itself: a package brings its configurations along. */
    private static List<ConfigurationType> typesOf(Bundle bundle) {
        return Metatype.of(bundle).stream()
                .filter(type -> !OF_THE_HUB.matcher(type.pid()).find())
                .toList();
    }

    @Override
    public List<Configured> all(String plugin) {
        var all = new ArrayList<Configured>();
        for (var type : types(plugin)) {
            for (var found :
                    list("(%s=%s)".formatted(type.isFactory() ? "service.factoryPid" : "service.pid", type.pid()))) {
                var values = found.getProperties();
                all.add(new Configured(found.getPid(), source(found.getPid(), values), type.shown(values)));
            }
        }
        all.sort(Comparator.comparing(Configured::pid));
        return all;
    }

    private synchronized Source source(String pid, Dictionary<String, Object> values) {
        return values.get(MARK) == null ? Source.FILE : wishes.containsKey(pid) ? Source.API : Source.PACKAGE;
    }

    @Override
    public Change put(String plugin, ConfigurationType type, String pid, Json.@Nullable Members values) {
        if (!turn.tryAcquire()) {
            throw PluginBundles.conflict(
                    "Another plugin is being configured on this node. Try again when that is done.");
        }
        var before = current();
        var change = new Swapped(before);
        try {
            if (values == null && !before.containsKey(pid)) {
                throw RefusedException.notFound("configuration that was made over the API");
            }
            if (hasFile(pid)) {
                throw PluginBundles.conflict(
                        pid + " is configured by a file in etc/. Change that file, or remove it first.");
            }
            var after = new TreeMap<>(before);
            if (values == null) {
                after.remove(pid);
            } else {
                after.put(pid, new Wish(plugin, values));
            }
            if (!after.equals(before)) {
                swap(plugin, pid, after);
            }
            return change;
        } catch (RuntimeException e) {
            try (change) {
                throw e;
            }
        }
    }

    private void swap(String plugin, String pid, SortedMap<String, Wish> after) {
        var bundle = main(plugin).filter(one -> one.getState() == Bundle.ACTIVE);
        var wasDown = bundle.isPresent() && instances.isDown(bundle.get(), pid);
        wish(after);
        var mark = converge().get(pid);
        if (bundle.isPresent() && mark != null && !instances.await(bundle.get(), pid, mark, wasDown)) {
            throw new RolledBackException("with these values %s did not become healthy in time".formatted(pid));
        }
    }

    /** What was wished for before, until it is settled. For one thread. */
    private final class Swapped implements Change {
        private final SortedMap<String, Wish> before;
        private @Nullable State kept;
        private boolean settled;

        Swapped(SortedMap<String, Wish> before) {
            this.before = before;
        }

        @Override
        public void decide(Decision decision) {
            try {
                var found = file.decide(current(), decision);
                if (kept == null) {
                    kept = found;
                }
            } catch (IOException e) {
                throw new UncheckedIOException("can't keep the configurations of plugins", e);
            }
        }

        @Override
        public void settle() {
            settled = true;
        }

        @Override
        public void close() {
            try {
                if (!settled) {
                    if (kept != null) {
                        file.restore(kept);
                    }
                    wish(before);
                    converge();
                }
            } catch (IOException e) {
                // The new values are what a restart would bring, so they must be what holds.
                LOG.error("can't take back the configuration of a plugin", e);
            } finally {
                turn.release();
            }
        }
    }

    @Override
    public Optional<Decision> unrecorded() {
        return file.unrecorded();
    }

    @Override
    public void remember(@Nullable Decision unrecorded) {
        try {
            file.remember(unrecorded);
        } catch (IOException e) {
            throw new UncheckedIOException("can't keep the configurations of plugins", e);
        }
    }

    @Override
    public Step checked(PluginPackage plugin, Step step) {
        try {
            var problems = problems(plugin);
            if (!problems.isEmpty()) {
                throw new RefusedException(problems);
            }
            return step;
        } catch (RuntimeException e) {
            try (step) {
                throw e;
            }
        }
    }

    /** What is wrong with the configurations that a package brings along. */
    private List<Violation> problems(PluginPackage plugin) {
        var manifest = plugin.manifest();
        var types = bundle(manifest.name(), Version.parseVersion(manifest.version()))
                .map(FrameworkConfigurations::typesOf)
                .orElse(List.of());
        var problems = new ArrayList<Violation>();
        plugin.configurations().forEach((pid, values) -> types.stream()
                .filter(type -> type.covers(pid))
                .findFirst()
                .ifPresentOrElse(
                        type -> type.problems("", values).stream()
                                .map(problem -> Violation.of(
                                        ProblemCode.INVALID_VALUE,
                                        "In the configuration " + pid + ", " + problem.pointer() + ": "
                                                + problem.detail()))
                                .forEach(problems::add),
                        () -> problems.add(Violation.of(
                                ProblemCode.INVALID_VALUE, "The plugin has no configuration " + pid + "."))));
        return problems;
    }

    @Override
    public void follow() {
        turn.acquireUninterruptibly();
        try {
            var present = PluginBundles.plugins(framework).stream()
                    .map(Bundle::getSymbolicName)
                    .toList();
            var after = new TreeMap<>(current());
            if (after.values().removeIf(wish -> !present.contains(wish.plugin()))) {
                file.keep(after);
                wish(after);
            }
            converge();
        } catch (IOException e) {
            LOG.error("can't keep configurations of plugins", e);
        } finally {
            turn.release();
        }
    }

    /** Makes Configuration Admin say what is wished for; the answer is the marks of all that is, by PID. */
    private synchronized SortedMap<String, String> converge() {
        var wanted = new TreeMap<String, Wish>();
        runtime.configurations()
                .forEach((plugin, brought) ->
                        brought.forEach((pid, values) -> wanted.put(pid, new Wish(plugin, values))));
        wanted.putAll(wishes);
        var marks = new TreeMap<String, String>();
        try {
            for (var known : list("(" + MARK + "=*)")) {
                if (!wanted.containsKey(known.getPid())) {
                    known.delete();
                }
            }
            for (var wish : wanted.entrySet()) {
                apply(wish.getKey(), wish.getValue()).ifPresent(mark -> marks.put(wish.getKey(), mark));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't configure plugins", e);
        }
        return marks;
    }

    /** Empty if there is no such plugin yet, or a file has the configuration. */
    private Optional<String> apply(String pid, Wish wish) throws IOException {
        var found = main(wish.plugin()).stream()
                .flatMap(bundle -> typesOf(bundle).stream())
                .filter(type -> type.covers(pid))
                .findFirst();
        if (found.isEmpty() || hasFile(pid)) {
            return Optional.empty();
        }
        var type = found.get();
        if (!type.problems("", wish.values()).isEmpty()) {
            LOG.error("{} does not take its configuration {} any more", wish.plugin(), pid);
            return Optional.empty();
        }
        var mark = wish.values().digest().value();
        var values = type.typed(wish.values());
        values.put(MARK, mark);
        var configuration = type.isFactory()
                ? admin.getFactoryConfiguration(
                        type.pid(), pid.substring(type.pid().length() + 1), "?")
                : admin.getConfiguration(pid, "?");
        configuration.updateIfDifferent(values);
        return Optional.of(mark);
    }

    private boolean hasFile(String pid) {
        return list("(&(service.pid=" + pid + ")(" + FILE + "=*))").stream()
                .findAny()
                .isPresent();
    }

    private List<Configuration> list(String filter) {
        try {
            var found = admin.listConfigurations(filter);
            return found == null ? List.of() : List.of(found);
        } catch (IOException e) {
            throw new UncheckedIOException("can't read configurations", e);
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException("no PID that can be looked up: " + filter, e);
        }
    }

    private synchronized SortedMap<String, Wish> current() {
        return wishes;
    }

    private synchronized void wish(SortedMap<String, Wish> next) {
        wishes = next;
    }

    /** The bundle that serves now. */
    private Optional<Bundle> main(String plugin) {
        return runtime.versionOf(plugin).flatMap(version -> bundle(plugin, Version.parseVersion(version)));
    }

    private Optional<Bundle> bundle(String name, Version version) {
        return Arrays.stream(framework.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()) && version.equals(bundle.getVersion()))
                .findFirst();
    }
}
