package io.animus.kernel.trust;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.plugin.permission.Permissions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Makes packages, right ones and wrong ones. */
final class Packages {
    private Packages() {}

    static Path plugin(Path folder) throws IOException {
        return bundle(
                folder,
                "acme-registry",
                "1.2.0",
                "Provide-Capability: animus.plugin;port=registry;technology=acme;version:Version=\"1.0.0\"",
                "Import-Package: io.animus.api.registry;version=\"[1.0,2)\",org.slf4j");
    }

    static Path library(Path folder) throws IOException {
        return bundle(folder, "acme-library", "3.0.0");
    }

    static Path bundle(Path folder, String name, String version, String... more) throws IOException {
        return bundle(folder, name, version, Map.of("content.txt", "content of it"), more);
    }

    /** The plugin, with these permissions. */
    static Path asking(Path folder, String permissions) throws IOException {
        return bundle(
                folder,
                "acme-registry",
                "1.2.0",
                Map.of(Permissions.RESOURCE, permissions),
                "Provide-Capability: animus.plugin;port=registry;technology=acme;version:Version=\"1.0.0\"",
                "Import-Package: io.animus.api.registry;version=\"[1.0,2)\"");
    }

    private static Path bundle(Path folder, String name, String version, Map<String, String> content, String... more)
            throws IOException {
        var lines = "Manifest-Version: 1.0\nBundle-ManifestVersion: 2\nBundle-SymbolicName: " + name
                + ";singleton:=false\nBundle-Version: " + version + "\n" + String.join("\n", more) + "\n\n";
        var manifest = new Manifest(new ByteArrayInputStream(lines.getBytes(UTF_8)));
        var file = folder.resolve(name + ".jar");
        try (var jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            for (var entry : content.entrySet()) {
                jar.putNextEntry(new ZipEntry(entry.getKey()));
                jar.write(entry.getValue().getBytes(UTF_8));
            }
        }
        return file;
    }

    static Path packed(Path folder) throws Exception {
        var configuration = Files.writeString(folder.resolve("values.json"), "{\"hosts\":[\"r.example\"]}");
        var configurations = new TreeMap<String, Path>();
        configurations.put("acme.registry~main", configuration);
        return PackageWriter.pack(
                new PackageWriter.Content(List.of(plugin(folder), library(folder)), configurations, false), folder);
    }

    /** The files of a package, to be changed. */
    static Map<String, byte[]> files(Path file) throws IOException {
        var files = new LinkedHashMap<String, byte[]>();
        try (var zip = new ZipFile(file.toFile())) {
            for (var entry : Collections.list(zip.entries())) {
                files.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        return files;
    }

    static Path zip(Path file, Map<String, byte[]> files) throws IOException {
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (var entry : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return file;
    }
}
