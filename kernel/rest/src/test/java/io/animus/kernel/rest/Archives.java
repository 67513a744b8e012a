package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Digest;
import io.animus.kernel.audit.log.Note;
import io.animus.kernel.trust.PluginManifest;
import io.animus.kernel.trust.PluginManifest.BundleFile;
import io.animus.kernel.trust.PublisherKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Packages of plugins, as a client sends them. */
final class Archives {
    /** A version that never becomes healthy. */
    static final String SICK = "6.6.6";

    private static final PublisherKey PUBLISHER = PublisherKey.generate("acme.example");

    private Archives() {}

    /** Has the publisher of all these packages trusted. */
    static void trustIn(Path store) throws IOException {
        Files.createDirectories(store.resolve("trust"));
        Files.writeString(store.resolve("trust/acme.pub"), PUBLISHER.verifier() + "\n");
    }

    /** A signed package of one bundle, which asks for nothing. */
    static byte[] plugin(String name, String version) {
        return plugin(name, version, Permissions.NONE);
    }

    /** One that asks for something. */
    static byte[] plugin(String name, String version, Permissions permissions) {
        var headers = "Manifest-Version: 1.0\nBundle-ManifestVersion: 2\nBundle-SymbolicName: " + name
                + "\nBundle-Version: " + version
                + "\nProvide-Capability: animus.plugin;port=registry;technology=acme\n\n";
        try {
            var jar = new ByteArrayOutputStream();
            try (var files =
                    new JarOutputStream(jar, new Manifest(new ByteArrayInputStream(headers.getBytes(UTF_8))))) {
                files.putNextEntry(new ZipEntry(Permissions.RESOURCE));
                files.write(permissions.json().canonical());
            }
            var file = new BundleFile("bundles/main.jar", name, version, Digest.of(jar.toByteArray()));
            var manifest =
                    new PluginManifest(name, version, "registry", "acme", "[1.0,2)", false, List.of(file), List.of());
            var bytes = new ByteArrayOutputStream();
            try (var zip = new ZipOutputStream(bytes)) {
                zip.putNextEntry(new ZipEntry("plugin.json"));
                zip.write(manifest.json().canonical());
                zip.putNextEntry(new ZipEntry("plugin.sig"));
                var text = manifest.signedText();
                zip.write(new Note(text, List.of(PUBLISHER.sign(text))).format().getBytes(UTF_8));
                zip.putNextEntry(new ZipEntry(file.file()));
                zip.write(jar.toByteArray());
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What these operations are sent. */
    static byte[] wishOf(String operation) {
        return operation.equals("installPlugin")
                ? plugin("acme-other", "1.0.0")
                : plugin(PluginsInMemory.OF_THE_ARCHIVE, "0.2.0");
    }

    /** Whether an operation takes a package. */
    static boolean isPackage(String operation) {
        return operation.equals("installPlugin") || operation.equals("updatePlugin");
    }
}
