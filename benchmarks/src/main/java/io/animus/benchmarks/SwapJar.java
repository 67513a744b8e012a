package io.animus.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import io.animus.benchmarks.swap.SwappedRegistry;
import io.animus.kernel.trust.PluginManifest;
import io.animus.kernel.trust.PluginManifest.BundleFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A bundle with a registry in it.
 *
 * @param number makes its version
 */
record SwapJar(int number, String health) {
    static final String NAME = "animus-swapped";

    String version() {
        return "1." + number + ".0";
    }

    byte[] content() throws IOException {
        var headers =
                """
                Manifest-Version: 1.0
                Bundle-ManifestVersion: 2
                Bundle-SymbolicName: %s
                Bundle-Version: %s
                Bundle-Activator: %s
                Bench-Health: %s
                Provide-Capability: animus.plugin;port=registry;technology=swapped
                Import-Package: org.osgi.framework,
                 io.animus.api.plugin,io.animus.api.registry,io.animus.api.types

                """
                        .formatted(NAME, version(), SwappedRegistry.class.getName(), health);
        var bytes = new ByteArrayOutputStream();
        var file = SwappedRegistry.class.getName().replace('.', '/') + ".class";
        try (var jar = new JarOutputStream(bytes, new Manifest(new ByteArrayInputStream(headers.getBytes(UTF_8))));
                var code = Objects.requireNonNull(
                        SwappedRegistry.class.getClassLoader().getResourceAsStream(file))) {
            jar.putNextEntry(new ZipEntry(file));
            code.transferTo(jar);
        }
        return bytes.toByteArray();
    }

    /** The package of it, as an unsigned file in this folder. */
    Path in(Path folder) throws IOException {
        var jar = content();
        var main = new BundleFile("bundles/main.jar", NAME, version(), Digest.of(jar));
        var manifest =
                new PluginManifest(NAME, version(), "registry", "swapped", "[1.0,2)", false, List.of(main), List.of());
        var file = folder.resolve(manifest.fileName());
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("plugin.json"));
            zip.write(manifest.json().canonical());
            zip.putNextEntry(new ZipEntry(main.file()));
            zip.write(jar);
        }
        return file;
    }
}
