package io.animus.kernel.core;

import static org.osgi.framework.wiring.BundleRevision.BUNDLE_NAMESPACE;
import static org.osgi.framework.wiring.BundleRevision.HOST_NAMESPACE;
import static org.osgi.framework.wiring.BundleRevision.PACKAGE_NAMESPACE;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.core.CompositionContents.Configured;
import io.animus.kernel.core.CompositionContents.Installed;
import io.animus.kernel.core.CompositionContents.TrustPolicy;
import io.animus.kernel.core.CompositionContents.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Reads what is in the framework now. A jar is read once in a life of the hub, unless its bundle is updated. */
final class FrameworkContents implements Supplier<CompositionContents> {
    private static final String OURS = "(|(service.pid=io.animus.*)(service.factoryPid=io.animus.*))";
    private static final Set<String> NAMESPACES = Set.of(PACKAGE_NAMESPACE, BUNDLE_NAMESPACE, HOST_NAMESPACE);
    private static final String NODE = "io.animus.node";

    /** Folders of a hub, which stand elsewhere on each machine; those inside of others first. */
    private static final List<String> PLACES = List.of("karaf.data", "karaf.etc", "karaf.base");

    private final BundleContext framework;
    private final ConfigurationAdmin configurations;
    private final Supplier<TrustPolicy> trust;
    private final Path cache;
    private final Map<Long, Read> jars = new ConcurrentHashMap<>();

    /** The digest of a jar as it was since {@code modified}, in the framework's ms since 1970. */
    private record Read(long modified, Digest digest) {}

    FrameworkContents(BundleContext framework, ConfigurationAdmin configurations, Supplier<TrustPolicy> trust) {
        this.framework = framework;
        this.configurations = configurations;
        this.trust = trust;
        this.cache = Path.of(Objects.requireNonNull(framework.getProperty(Constants.FRAMEWORK_STORAGE)));
    }

    @Override
    public CompositionContents get() {
        var bundles = Arrays.stream(framework.getBundles())
                .filter(bundle -> bundle.getSymbolicName() != null && bundle.getBundleId() != 0)
                .toList();
        jars.keySet().retainAll(bundles.stream().map(Bundle::getBundleId).toList());
        return CompositionContents.of(
                bundles.stream()
                        .map(this::describe)
                        .sorted(Comparator.comparing(Installed::symbolicName).thenComparing(Installed::version))
                        .toList(),
                configured(),
                trust.get());
    }

    private Installed describe(Bundle bundle) {
        var plugin = PluginBundles.capability(bundle);
        return new Installed(
                fit(bundle.getSymbolicName()),
                bundle.getVersion().toString(),
                jars.compute(bundle.getBundleId(), (id, known) -> digest(bundle, known))
                        .digest(),
                plugin.map(capability -> text(capability.getAttributes().get("port")))
                        .orElse(null),
                plugin.map(capability -> text(capability.getAttributes().get("technology")))
                        .orElse(null),
                wires(bundle.adapt(BundleWiring.class)));
    }

    private Read digest(Bundle bundle, @Nullable Read known) {
        var modified = bundle.getLastModified();
        if (known != null && known.modified() == modified) {
            return known;
        }
        try {
            return new Read(modified, CachedJar.of(cache, bundle.getBundleId()).digest());
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the jar of " + bundle, e);
        }
    }

    private static @Nullable String text(@Nullable Object attribute) {
        return attribute == null ? null : fit(attribute.toString());
    }

    /** What is wired on demand comes and goes with the order of calls, and is left out, as is what Java itself provides. */
    private static List<Wire> wires(@Nullable BundleWiring wiring) {
        var wires = wiring == null ? null : wiring.getRequiredWires(null);
        if (wires == null) {
            return List.of();
        }
        var packages = new TreeMap<String, TreeSet<String>>();
        for (var wire : wires) {
            var requirement = wire.getRequirement();
            var provider = wire.getProvider();
            var isDynamic = "dynamic".equals(requirement.getDirectives().get("resolution"));
            if (NAMESPACES.contains(requirement.getNamespace())
                    && !isDynamic
                    && provider.getBundle().getBundleId() != 0) {
                var names = packages.computeIfAbsent(name(provider), one -> new TreeSet<>());
                if (wire.getCapability().getAttributes().get(PACKAGE_NAMESPACE) instanceof String name) {
                    names.add(fit(name));
                }
            }
        }
        return packages.entrySet().stream()
                .map(wire -> new Wire(wire.getKey(), List.copyOf(wire.getValue())))
                .toList();
    }

    private static String name(BundleRevision revision) {
        return fit(revision.getSymbolicName()) + "/" + revision.getVersion();
    }

    private List<Configured> configured() {
        try {
            var found = configurations.listConfigurations(OURS);
            return (found == null ? Stream.<Configuration>empty() : Arrays.stream(found))
                    .map(configuration -> new Configured(fit(configuration.getPid()), digest(configuration)))
                    .sorted(Comparator.comparing(Configured::pid))
                    .toList();
        } catch (InvalidSyntaxException e) {
            throw new AssertionError("a constant", e);
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the configurations", e);
        }
    }

    private Digest digest(Configuration configuration) {
        var values = Json.object();
        var properties = configuration.getProperties();
        for (var name : new TreeSet<>(Collections.list(properties.keys()))) {
            if (!isOfThisMachine(configuration.getPid(), name)) {
                values.put(fit(name), value(properties.get(name)));
            }
        }
        return values.build().digest();
    }

    /** Names of the file that it was read from and of this very node; the PIDs stand beside the digest. */
    private static boolean isOfThisMachine(String pid, String name) {
        return name.startsWith("service.")
                || name.startsWith("felix.fileinstall.")
                || name.startsWith("org.apache.karaf.")
                || (pid.equals(NODE) && name.equals("name"));
    }

    private Json value(Object value) {
        if (value.getClass().isArray()) {
            return Json.array(IntStream.range(0, Array.getLength(value))
                    .mapToObj(i -> value(Array.get(value, i)))
                    .toList());
        }
        if (value instanceof Iterable<?> values) {
            var items = new ArrayList<Json>();
            values.forEach(item -> items.add(value(item)));
            return Json.array(items);
        }
        var text = value.toString();
        for (var place : PLACES) {
            var folder = framework.getProperty(place);
            if (folder != null) {
                text = text.replace(folder, "${" + place + "}");
            }
        }
        return Json.of(fit(text));
    }

    /**
     * A text as canonical JSON can hold it, whatever people and plugins have written: a backslash twice, and, where it isn't in
     * NFC or no text at all, escapes for what isn't ASCII. No two texts become one.
     */
    private static String fit(String text) {
        var doubled = text.replace("\\", "\\\\");
        return Json.clean(doubled).value().equals(doubled)
                ? doubled
                : doubled.chars()
                        .mapToObj(unit -> unit < 0x80 ? Character.toString(unit) : "\\u%04x".formatted(unit))
                        .collect(Collectors.joining());
    }
}
