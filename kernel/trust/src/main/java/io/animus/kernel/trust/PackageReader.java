package io.animus.kernel.trust;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.audit.log.Note;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads a package and checks everything in it against its manifest. Nothing is unpacked to the disk, no more is inflated than the
 * limits say, and a file that the manifest does not name is as wrong as one that is missing.
 */
public final class PackageReader {
    /** The largest package, in bytes. */
    public static final long MAX_PACKAGE = 128L << 20;

    /** The most bundles, and the most configurations. */
    static final int MAX_FILES = 64;

    static final String MANIFEST = "plugin.json";
    static final String SIGNATURE = "plugin.sig";

    private static final long MAX_INFLATED = 256L << 20;
    private static final int MAX_TEXT = 256 << 10;
    private static final int MAX_DIRECTORY = 256 << 10;
    private static final int MAX_BUNDLE_DIRECTORY = 8 << 20;

    private final Path file;
    private final ZipFile zip;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, ZipEntry> entries = new HashMap<>();
    private long inflated;
    private Permissions permissions = Permissions.NONE;

    private PackageReader(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
    }

    /**
     * Reads a package.
     *
     * @throws BrokenPackageException for all that is wrong with it
     * @throws IOException if the file can't be read
     */
    public static PluginPackage read(Path file) throws BrokenPackageException, IOException {
        if (Files.size(file) > MAX_PACKAGE) {
            throw broken("A package has at most " + (MAX_PACKAGE >> 20) + " MiB.");
        }
        ZipDirectory.check(file, MAX_DIRECTORY);
        try (var zip = new ZipFile(file.toFile())) {
            return new PackageReader(file, zip).read();
        } catch (ZipException e) {
            throw broken("It is no ZIP file: " + Forms.shown(String.valueOf(e.getMessage())) + ".");
        }
    }

    static BrokenPackageException broken(String problem) {
        return new BrokenPackageException(List.of(problem));
    }

    private PluginPackage read() throws BrokenPackageException, IOException {
        for (var entry : Collections.list(zip.entries())) {
            if (entries.put(entry.getName(), entry) != null) {
                problems.add("The package has two files with the name " + Forms.shown(entry.getName()) + ".");
            }
        }
        if (!entries.containsKey(MANIFEST)) {
            throw broken("The package has no " + MANIFEST + ". Pack it with bin/animus plugin pack.");
        }
        var manifest = PluginManifest.read(text(MANIFEST));
        checkNames(manifest);
        for (var i = 0; i < manifest.bundles().size(); i++) {
            checkBundle(manifest, manifest.bundles().get(i), i == 0);
        }
        var configurations = new HashMap<String, Json.Members>();
        for (var configuration : manifest.configurations()) {
            configurations.put(configuration.pid(), configuration(configuration));
        }
        var signature = signature(manifest);
        if (!problems.isEmpty()) {
            throw new BrokenPackageException(problems);
        }
        return new PluginPackage(file, manifest, signature, configurations, permissions);
    }

    private void checkNames(PluginManifest manifest) {
        var named = new HashSet<String>();
        named.add(MANIFEST);
        manifest.bundles().forEach(bundle -> named.add(bundle.file()));
        manifest.configurations().forEach(configuration -> named.add(configuration.file()));
        for (var name : new TreeSet<>(named)) {
            if (!entries.containsKey(name)) {
                problems.add("plugin.json names " + name + ", which is not in the package.");
            }
        }
        for (var name : new TreeSet<>(entries.keySet())) {
            if (!named.contains(name) && !name.equals(SIGNATURE)) {
                problems.add("The package holds " + Forms.shown(name) + ", which plugin.json does not name.");
            }
        }
    }

    private void checkBundle(PluginManifest manifest, PluginManifest.BundleFile bundle, boolean isMain)
            throws IOException {
        var entry = entries.get(bundle.file());
        if (entry == null) {
            return;
        }
        if (!copy(entry, OutputStream.nullOutputStream(), MAX_PACKAGE).equals(bundle.digest())) {
            problems.add(
                    bundle.file() + " has another digest than plugin.json says: it was changed after it was packed.");
            return;
        }
        try (var content = zip.getInputStream(entry)) {
            var headers = BundleHeaders.read(content);
            if (headers.isEmpty()) {
                problems.add(bundle.file() + " is no OSGi bundle.");
            } else {
                checkHeaders(manifest, bundle, headers.get(), isMain);
            }
        } catch (IOException e) {
            problems.add(bundle.file() + " has no manifest that can be read.");
        }
        if (isMain) {
            readPermissions(bundle, entry);
        }
    }

    /** In a file of its own the bundle's directory says where they are, and nothing before them has to be inflated. */
    private void readPermissions(PluginManifest.BundleFile bundle, ZipEntry entry) throws IOException {
        var alone = Files.createTempFile("bundle-", ".jar");
        try (var content = zip.getInputStream(entry)) {
            Files.copy(content, alone, StandardCopyOption.REPLACE_EXISTING);
            ZipDirectory.check(alone, MAX_BUNDLE_DIRECTORY);
            try (var jar = new ZipFile(alone.toFile())) {
                var found = jar.getEntry(Permissions.RESOURCE);
                if (found != null) {
                    permissions = Permissions.read(jar.getInputStream(found).readNBytes(Permissions.MAX_BYTES + 1));
                }
            }
        } catch (IllegalArgumentException e) {
            problems.add("%s in %s is wrong: %s."
                    .formatted(Permissions.RESOURCE, bundle.file(), Forms.shown(String.valueOf(e.getMessage()))));
        } catch (BrokenPackageException | ZipException | EOFException e) {
            problems.add(bundle.file() + " is no JAR file that can be read.");
        } finally {
            Files.delete(alone);
        }
    }

    private void checkHeaders(
            PluginManifest manifest, PluginManifest.BundleFile bundle, BundleHeaders headers, boolean isMain) {
        if (!headers.symbolicName().equals(bundle.symbolicName())
                || !headers.version().equals(bundle.version())) {
            problems.add("%s is %s %s, but plugin.json says %s %s."
                    .formatted(
                            bundle.file(),
                            Forms.shown(headers.symbolicName()),
                            Forms.shown(headers.version()),
                            bundle.symbolicName(),
                            bundle.version()));
        }
        var capability = headers.capability();
        if (isMain
                && (!manifest.port().equals(capability.get("port"))
                        || !manifest.technology().equals(capability.get("technology")))) {
            problems.add("%s does not provide the capability animus.plugin with port %s and technology %s."
                    .formatted(bundle.file(), manifest.port(), manifest.technology()));
        }
        if (!isMain && !capability.isEmpty()) {
            problems.add(bundle.file() + " is a second plugin: a package holds one.");
        }
    }

    private Json.Members configuration(PluginManifest.ConfigurationFile configuration) throws IOException {
        var none = Json.object().build();
        if (!entries.containsKey(configuration.file())) {
            return none;
        }
        var content = text(configuration.file());
        if (!Digest.of(content).equals(configuration.digest())) {
            problems.add(configuration.file()
                    + " has another digest than plugin.json says: it was changed after it was packed.");
            return none;
        }
        try {
            if (Json.read(content) instanceof Json.Members values) {
                return values;
            }
        } catch (IllegalArgumentException e) {
            problems.add(configuration.file() + " is not canonical JSON: " + Forms.shown(String.valueOf(e.getMessage()))
                    + ".");
            return none;
        }
        problems.add(configuration.file() + " is no JSON object.");
        return none;
    }

    private @Nullable Note signature(PluginManifest manifest) throws IOException {
        if (!entries.containsKey(SIGNATURE)) {
            return null;
        }
        try {
            var note = Note.parse(new String(text(SIGNATURE), UTF_8));
            if (note.text().equals(manifest.signedText())) {
                return note;
            }
            problems.add("plugin.sig is the signature of another plugin.json.");
        } catch (IllegalArgumentException e) {
            problems.add("plugin.sig is no signed note.");
        }
        return null;
    }

    private byte[] text(String name) throws IOException {
        var content = new ByteArrayOutputStream();
        var entry = entries.get(name);
        if (entry != null) {
            copy(entry, content, MAX_TEXT);
        }
        return content.toByteArray();
    }

    /** Inflates no more than {@code most} and what all files together may have. */
    private Digest copy(ZipEntry entry, OutputStream out, long most) throws IOException {
        var limit = Math.min(most, MAX_INFLATED - inflated);
        var hash = Digest.sha256();
        try (var content = new DigestInputStream(zip.getInputStream(entry), hash)) {
            var buffer = new byte[16 << 10];
            long size = 0;
            for (var read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                size += read;
                if (size > limit) {
                    problems.add(Forms.shown(entry.getName()) + " is larger than a package may hold.");
                    break;
                }
                out.write(buffer, 0, read);
            }
            inflated += size;
        } catch (ZipException | EOFException e) {
            problems.add(Forms.shown(entry.getName()) + " can't be unpacked.");
        }
        return Digest.finish(hash);
    }
}
