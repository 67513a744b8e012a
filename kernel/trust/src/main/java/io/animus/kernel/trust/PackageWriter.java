package io.animus.kernel.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.audit.log.Note;
import io.animus.kernel.trust.PluginManifest.BundleFile;
import io.animus.kernel.trust.PluginManifest.ConfigurationFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/** Packs bundles and configurations, and signs what was packed. The same input makes the same bytes. */
final class PackageWriter {
    /** The first moment that a ZIP file can name, for all entries. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private PackageWriter() {}

    /**
     * What goes into a package.
     *
     * @param bundles the main bundle first
     * @param configurations canonical JSON, by PID
     */
    record Content(List<Path> bundles, SortedMap<String, Path> configurations, boolean exclusive) {}

    /**
     * Packs.
     *
     * @return the package, in {@code folder}
     * @throws BrokenPackageException if this makes no package that a hub would read
     */
    static Path pack(Content content, Path folder) throws BrokenPackageException, IOException {
        var files = new TreeMap<String, Path>();
        var bundles = new ArrayList<BundleFile>();
        BundleHeaders main = null;
        for (var jar : content.bundles()) {
            var headers = headers(jar);
            main = main == null ? headers : main;
            var file = "bundles/" + headers.symbolicName() + "-" + headers.version() + ".jar";
            bundles.add(new BundleFile(file, headers.symbolicName(), headers.version(), digest(jar)));
            files.put(file, jar);
        }
        if (main == null) {
            throw PackageReader.broken("A package needs a bundle.");
        }
        var configurations = new ArrayList<ConfigurationFile>();
        for (var configuration : content.configurations().entrySet()) {
            var file = "configurations/" + configuration.getKey() + ".json";
            configurations.add(new ConfigurationFile(configuration.getKey(), file, digest(configuration.getValue())));
            files.put(file, configuration.getValue());
        }
        var manifest = manifest(main, bundles, configurations, content.exclusive());
        var target = folder.resolve(manifest.fileName());
        write(target, manifest, null, (name, out) -> Files.copy(files.get(name), out));
        return target;
    }

    private static PluginManifest manifest(
            BundleHeaders main, List<BundleFile> bundles, List<ConfigurationFile> configurations, boolean exclusive)
            throws BrokenPackageException {
        var port = main.capability().get("port");
        var technology = main.capability().get("technology");
        if (port == null || technology == null) {
            throw PackageReader.broken(
                    "The first bundle does not provide the capability animus.plugin with a port and a technology.");
        }
        var range = main.imports().get("io.animus.api." + port);
        if (range == null) {
            throw PackageReader.broken("The first bundle does not import io.animus.api." + port + ", its port.");
        }
        var manifest = new PluginManifest(
                main.symbolicName(), main.version(), port, technology, range, exclusive, bundles, configurations);
        return PluginManifest.read(manifest.json().canonical());
    }

    private static BundleHeaders headers(Path jar) throws BrokenPackageException, IOException {
        try (var content = Files.newInputStream(jar)) {
            return BundleHeaders.read(content)
                    .orElseThrow(() -> PackageReader.broken(jar.getFileName() + " is no OSGi bundle."));
        }
    }

    private static Digest digest(Path file) throws IOException {
        var hash = Digest.sha256();
        try (var out = new DigestOutputStream(OutputStream.nullOutputStream(), hash)) {
            Files.copy(file, out);
        }
        return Digest.finish(hash);
    }

    /** Puts one more signature, or the first, into a package; the rest of it stays as it is, byte for byte. */
    static void sign(PluginPackage plugin, PublisherKey key) throws IOException {
        var manifest = plugin.manifest();
        var signature = key.sign(manifest.signedText());
        var before = plugin.signature();
        var note = before == null ? new Note(manifest.signedText(), List.of(signature)) : before.with(signature);
        var bundles = new TreeMap<String, BundleFile>();
        manifest.bundles().forEach(bundle -> bundles.put(bundle.file(), bundle));
        var values = new TreeMap<String, Json.Members>();
        manifest.configurations()
                .forEach(file -> values.put(file.file(), plugin.configurations().getOrDefault(file.pid(), NOTHING)));
        write(plugin.file(), manifest, note, (name, out) -> copy(plugin, bundles, values, name, out));
    }

    private static final Json.Members NOTHING = Json.object().build();

    private static void copy(
            PluginPackage plugin,
            Map<String, BundleFile> bundles,
            Map<String, Json.Members> values,
            String name,
            OutputStream out)
            throws IOException {
        var bundle = bundles.get(name);
        if (bundle == null) {
            out.write(values.getOrDefault(name, NOTHING).canonical());
            return;
        }
        try (var content = plugin.open(bundle)) {
            content.transferTo(out);
        }
    }

    /** Writes the content of a file of the package. */
    private interface Source {
        void write(String name, OutputStream out) throws IOException;
    }

    /** All or nothing: whoever reads the target meanwhile reads the old one. */
    private static void write(Path target, PluginManifest manifest, @Nullable Note note, Source source)
            throws IOException {
        var folder = target.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        var half = Files.createTempFile(folder, ".", ".half");
        try {
            try (var zip = new ZipOutputStream(Files.newOutputStream(half))) {
                next(zip, PackageReader.MANIFEST);
                zip.write(manifest.json().canonical());
                if (note != null) {
                    next(zip, PackageReader.SIGNATURE);
                    zip.write(note.format().getBytes(UTF_8));
                }
                for (var bundle : manifest.bundles()) {
                    next(zip, bundle.file());
                    source.write(bundle.file(), zip);
                }
                for (var configuration : manifest.configurations()) {
                    next(zip, configuration.file());
                    source.write(configuration.file(), zip);
                }
            }
            Files.move(half, target, ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(half);
        }
    }

    private static void next(ZipOutputStream zip, String name) throws IOException {
        var entry = new ZipEntry(name);
        entry.setTimeLocal(NO_TIME);
        zip.putNextEntry(entry);
    }
}
