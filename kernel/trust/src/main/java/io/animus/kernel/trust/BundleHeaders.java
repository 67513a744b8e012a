package io.animus.kernel.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.zip.ZipInputStream;

/**
 * What the manifest of a bundle says.
 *
 * @param capability attributes of its capability {@code animus.plugin}; empty if it has none
 * @param imports its packages with the ranges of versions that it takes
 */
record BundleHeaders(String symbolicName, String version, Map<String, String> capability, Map<String, String> imports) {
    private static final int MOST_ENTRIES_BEFORE = 2;
    private static final int MAX_MANIFEST = 1 << 20;
    private static final String CAPABILITY = "animus.plugin";

    /**
     * Reads no further than the manifest, which must be among the first entries, where every tool puts it: looking for it
     * would inflate whatever comes before.
     *
     * @return empty if there is no manifest of a bundle
     */
    static Optional<BundleHeaders> read(InputStream jar) throws IOException {
        // Not closed: the stream is the caller's.
        var entries = new ZipInputStream(jar);
        for (var i = 0; i < MOST_ENTRIES_BEFORE; i++) {
            var entry = entries.getNextEntry();
            if (entry != null && entry.getName().equals("META-INF/MANIFEST.MF")) {
                var bytes = entries.readNBytes(MAX_MANIFEST);
                var manifest = new Manifest();
                manifest.read(new ByteArrayInputStream(bytes));
                return of(manifest.getMainAttributes());
            }
        }
        return Optional.empty();
    }

    private static Optional<BundleHeaders> of(Attributes main) {
        var name = main.getValue("Bundle-SymbolicName");
        if (name == null) {
            return Optional.empty();
        }
        var version = main.getValue("Bundle-Version");
        var capability = new HashMap<String, String>();
        for (var clause : split(header(main, "Provide-Capability"), ',')) {
            var parts = split(clause, ';');
            if (parts.get(0).strip().equals(CAPABILITY)) {
                capability.putAll(attributes(parts));
            }
        }
        var imports = new HashMap<String, String>();
        for (var clause : split(header(main, "Import-Package"), ',')) {
            var parts = split(clause, ';');
            imports.put(parts.get(0).strip(), attributes(parts).getOrDefault("version", ""));
        }
        return Optional.of(new BundleHeaders(
                split(name, ';').get(0).strip(), version == null ? "0.0.0" : version.strip(), capability, imports));
    }

    private static String header(Attributes main, String name) {
        var value = main.getValue(name);
        return value == null ? "" : value;
    }

    private static Map<String, String> attributes(List<String> parts) {
        var attributes = new HashMap<String, String>();
        for (var part : parts.subList(1, parts.size())) {
            var equals = part.indexOf('=');
            if (equals > 0) {
                var name = part.substring(0, equals).strip();
                attributes.put(
                        name.replaceFirst(":.*", ""),
                        part.substring(equals + 1).strip().replace("\"", ""));
            }
        }
        return attributes;
    }

    /** Splits a header at a separator that is not between quotes. */
    private static List<String> split(String header, char separator) {
        var parts = new ArrayList<String>();
        var quoted = false;
        var start = 0;
        for (var i = 0; i < header.length(); i++) {
            var c = header.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                parts.add(header.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(header.substring(start));
        return parts;
    }
}
