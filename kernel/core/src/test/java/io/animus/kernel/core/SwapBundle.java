package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Digest;
import io.animus.kernel.audit.log.Note;
import io.animus.kernel.core.swap.SwappedRegistry;
import io.animus.kernel.trust.PackageReader;
import io.animus.kernel.trust.PluginManifest;
import io.animus.kernel.trust.PluginManifest.BundleFile;
import io.animus.kernel.trust.PluginPackage;
import io.animus.kernel.trust.PublisherKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A plugin to be installed in a test.
 *
 * @param behaviour as {@link SwappedRegistry} knows it
 * @param imports more that it needs
 */
record SwapBundle(
        String version,
        String behaviour,
        String imports,
        String portVersion,
        boolean exclusive,
        Permissions permissions) {
    static final String NAME = "animus-swapped";

    static SwapBundle of(String version) {
        return new SwapBundle(version, "well", "", "[1.0,2)", false, Permissions.NONE);
    }

    SwapBundle that(String behaves) {
        return new SwapBundle(version, behaves, imports, portVersion, exclusive, permissions);
    }

    SwapBundle importing(String more) {
        return new SwapBundle(version, behaviour, "," + more, portVersion, exclusive, permissions);
    }

    SwapBundle forPort(String range) {
        return new SwapBundle(version, behaviour, imports, range, exclusive, permissions);
    }

    SwapBundle alone() {
        return new SwapBundle(version, behaviour, imports, portVersion, true, permissions);
    }

    SwapBundle asking(Permissions asked) {
        return new SwapBundle(version, behaviour, imports, portVersion, exclusive, asked);
    }

    byte[] jar() throws IOException {
        var headers =
                """
                Manifest-Version: 1.0
                Bundle-ManifestVersion: 2
                Bundle-SymbolicName: %s
                Bundle-Version: %s
                Bundle-Activator: %s
                Test-Behaviour: %s
                Provide-Capability: animus.plugin;port=registry;technology=swapped
                Import-Package: org.osgi.framework,io.animus.api.plugin,io.animus.api.registry,io.animus.api.types%s

                """
                        .formatted(NAME, version, SwappedRegistry.class.getName(), behaviour, imports);
        var bytes = new ByteArrayOutputStream();
        var file = SwappedRegistry.class.getName().replace('.', '/') + ".class";
        try (var jar = new JarOutputStream(bytes, new Manifest(new ByteArrayInputStream(wrapped(headers))));
                var content = SwappedRegistry.class.getClassLoader().getResourceAsStream(file)) {
            jar.putNextEntry(new ZipEntry(file));
            jar.write(content.readAllBytes());
            if (!permissions.equals(Permissions.NONE)) {
                jar.putNextEntry(new ZipEntry(Permissions.RESOURCE));
                jar.write(permissions.json().canonical());
            }
        }
        return bytes.toByteArray();
    }

    /** A line of a manifest has at most 72 bytes. */
    private static byte[] wrapped(String headers) {
        return headers.replaceAll("(?m)(.{70})(?=.)", "$1\n ").getBytes(UTF_8);
    }

    PluginPackage in(Path folder) throws Exception {
        return in(folder, null);
    }

    /** @param key of the publisher who signs it; null if nobody does */
    PluginPackage in(Path folder, @Nullable PublisherKey key) throws Exception {
        var jar = jar();
        var main = new BundleFile("bundles/main.jar", NAME, version, Digest.of(jar));
        var manifest = new PluginManifest(
                NAME, version, "registry", "swapped", portVersion, exclusive, List.of(main), List.of());
        var file = Files.createTempFile(folder, "plugin", ".animus");
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("plugin.json"));
            zip.write(manifest.json().canonical());
            if (key != null) {
                var text = manifest.signedText();
                zip.putNextEntry(new ZipEntry("plugin.sig"));
                zip.write(new Note(text, List.of(key.sign(text))).format().getBytes(UTF_8));
            }
            zip.putNextEntry(new ZipEntry(main.file()));
            zip.write(jar);
        }
        return PackageReader.read(file);
    }
}
