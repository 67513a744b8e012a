package io.animus.kernel.compose;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.trust.BrokenPackageException;
import io.animus.kernel.trust.PackageReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How one archive differs from another: bundles, what plugins may do, licences.
 *
 * @param lines one difference each, sorted by what it is about
 */
record Comparison(List<Line> lines) {
    /** What a line is about. */
    enum Subject {
        BUNDLE,
        PERMISSIONS,
        LICENCE;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param before null where it is new
     * @param after null where it is gone
     */
    record Line(Subject subject, String name, @Nullable String before, @Nullable String after) {
        Json json() {
            return Json.object()
                    .put("subject", subject.word())
                    .put("name", name)
                    .putIfPresent("before", before)
                    .putIfPresent("after", after)
                    .build();
        }
    }

    Comparison {
        lines = List.copyOf(lines);
    }

    static Comparison of(Path before, Path after) throws IOException, BrokenArchiveException {
        var old = jars(before);
        var fresh = jars(after);
        var names = new TreeSet<>(old.keySet());
        names.addAll(fresh.keySet());
        var lines = new ArrayList<Line>();
        for (var subject : Subject.values()) {
            for (var name : names) {
                var was = say(subject, old.get(name));
                var is = say(subject, fresh.get(name));
                if (!Objects.equals(was, is)) {
                    lines.add(new Line(subject, name, was, is));
                }
            }
        }
        return new Comparison(lines);
    }

    private record Jar(String version, String digest, @Nullable String permissions, @Nullable String licence) {
        /** Both, where an archive has two versions of one bundle. */
        Jar and(Jar other) {
            return new Jar(
                    version + ", " + other.version,
                    digest + ", " + other.digest,
                    other.permissions == null ? permissions : other.permissions,
                    other.licence == null ? licence : other.licence);
        }
    }

    private static @Nullable String say(Subject subject, @Nullable Jar jar) {
        if (jar == null) {
            return null;
        }
        return switch (subject) {
            case BUNDLE -> jar.version() + " " + jar.digest();
            case PERMISSIONS -> jar.permissions();
            case LICENCE -> jar.licence();
        };
    }

    private static Map<String, Jar> jars(Path archive) throws IOException, BrokenArchiveException {
        var jars = new TreeMap<String, Jar>();
        ArchiveReader.read(archive, (entry, content) -> {
            if (entry.path().endsWith(".jar")) {
                add(jars, entry.path(), content);
            } else if (CarriedPackages.isPackage(entry.path())) {
                addPackage(jars, entry.path(), content);
            }
        });
        return jars;
    }

    private static void addPackage(Map<String, Jar> jars, String path, InputStream content)
            throws IOException, BrokenArchiveException {
        try (var copy = CarriedPackages.Copy.of(content)) {
            var plugin = PackageReader.read(copy.file());
            for (var bundle : plugin.manifest().bundles()) {
                try (var jar = plugin.open(bundle)) {
                    add(jars, path + "!" + bundle.file(), jar);
                }
            }
        } catch (BrokenPackageException e) {
            throw new BrokenArchiveException(path + ": " + e.getMessage());
        }
    }

    private static void add(Map<String, Jar> jars, String path, InputStream content) throws IOException {
        var hash = Digest.sha256();
        var counted = new DigestInputStream(content, hash);
        var parts = JarParts.read(counted);
        counted.transferTo(OutputStream.nullOutputStream());
        var name = parts.header("Bundle-SymbolicName");
        var key = name == null
                ? path.replaceAll(".*/", "")
                : name.replaceAll(";.*", "").strip();
        var version = parts.header("Bundle-Version");
        var jar = new Jar(
                version == null ? "" : version,
                Digest.finish(hash).value(),
                parts.permissions(),
                parts.header("Bundle-License"));
        jars.merge(key, jar, Jar::and);
    }
}
