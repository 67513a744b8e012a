package io.animus.kernel.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Digest;
import io.animus.kernel.trust.PluginManifest;
import io.animus.kernel.trust.PluginManifest.BundleFile;
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

/** Packages of plugins, as an operator has them. */
final class Archives {
    private Archives() {}

    /** An unsigned package of one bundle. */
    static Path plugin(Path folder, String name, String version, Permissions permissions) throws IOException {
        var headers = "Manifest-Version: 1.0\nBundle-ManifestVersion: 2\nBundle-SymbolicName: " + name
                + "\nBundle-Version: " + version
                + "\nProvide-Capability: animus.plugin;port=registry;technology=acme\n\n";
        var jar = new ByteArrayOutputStream();
        try (var files = new JarOutputStream(jar, new Manifest(new ByteArrayInputStream(headers.getBytes(UTF_8))))) {
            files.putNextEntry(new ZipEntry(Permissions.RESOURCE));
            files.write(permissions.json().canonical());
        }
        var file = new BundleFile("bundles/main.jar", name, version, Digest.of(jar.toByteArray()));
        var manifest =
                new PluginManifest(name, version, "registry", "acme", "[1.0,2)", false, List.of(file), List.of());
        var packed = folder.resolve(name + "-" + version + ".animus");
        try (var zip = new ZipOutputStream(Files.newOutputStream(packed))) {
            zip.putNextEntry(new ZipEntry("plugin.json"));
            zip.write(manifest.json().canonical());
            zip.putNextEntry(new ZipEntry(file.file()));
            zip.write(jar.toByteArray());
        }
        return packed;
    }
}
