package io.animus.kernel.trust;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import java.util.List;

/**
 * What a package says of itself: its {@code plugin.json}. Its digest covers every file of the package, for it names their
 * digests.
 *
 * @param name symbolic name of the main bundle
 * @param version of the main bundle, in the form of OSGi
 * @param portVersion versions of the port's Java package that the plugin was built for, a range in the form of OSGi
 * @param exclusive whether two versions of it can't live side by side
 * @param bundles the main bundle first
 * @param configurations what is configured unless the operator has configured it otherwise
 */
public record PluginManifest(
        String name,
        String version,
        String port,
        String technology,
        String portVersion,
        boolean exclusive,
        List<BundleFile> bundles,
        List<ConfigurationFile> configurations) {
    /** Of the packages that this hub reads. */
    static final int FORMAT = 1;

    /**
     * A bundle, byte for byte as its maker published it.
     *
     * @param file its place in the package
     */
    public record BundleFile(String file, String symbolicName, String version, Digest digest) {}

    /**
     * A configuration.
     *
     * @param pid {@code <factory PID>~<name>}, or a PID
     * @param file its place in the package
     */
    public record ConfigurationFile(String pid, String file, Digest digest) {}

    public PluginManifest {
        bundles = List.copyOf(bundles);
        configurations = List.copyOf(configurations);
    }

    /** The bundle that implements the port. */
    public BundleFile main() {
        return bundles.get(0);
    }

    /** As it stands in the package. */
    public Json.Members json() {
        return Json.object()
                .put("format", FORMAT)
                .put("name", name)
                .put("version", version)
                .put("port", port)
                .put("technology", technology)
                .put("portVersion", portVersion)
                .put("exclusive", exclusive)
                .put(
                        "bundles",
                        Json.array(bundles.stream()
                                .map(bundle -> Json.object()
                                        .put("file", bundle.file())
                                        .put("symbolicName", bundle.symbolicName())
                                        .put("version", bundle.version())
                                        .put("digest", bundle.digest().value())
                                        .build())
                                .toList()))
                .put(
                        "configurations",
                        Json.array(configurations.stream()
                                .map(configuration -> Json.object()
                                        .put("pid", configuration.pid())
                                        .put("file", configuration.file())
                                        .put("digest", configuration.digest().value())
                                        .build())
                                .toList()))
                .build();
    }

    /** Names the package: what is signed, and under which the hub keeps it. */
    public Digest digest() {
        return json().digest();
    }

    /** What a publisher signs. */
    public String signedText() {
        return "animus-plugin/v1\n" + name + "\n" + version + "\n" + digest() + "\n";
    }

    /** How a file with this package is called. */
    public String fileName() {
        return name + "-" + version + ".animus";
    }

    /**
     * Reads a manifest.
     *
     * @throws BrokenPackageException for all that is wrong with it
     */
    public static PluginManifest read(byte[] canonical) throws BrokenPackageException {
        return ManifestReader.read(canonical);
    }
}
