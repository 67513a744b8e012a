package io.animus.kernel.compose;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An archive that others are made from: what it describes, without the jars.
 *
 * @param texts the small files that say what is in the archive, by path
 */
record Source(Path archive, Digest digest, String top, FeatureDirectory features, Map<String, byte[]> texts) {
    static final String BOOT = "etc/org.apache.karaf.features.cfg";
    static final String BILL = "bom.json";
    static final String BUNDLES = "etc/animus/bundles.sha256";

    private static final String STARTUP = "etc/startup.properties";
    private static final String PROFILES = "etc/animus/profiles/";
    private static final String SYSTEM = "system/";
    private static final String OURS = "animus-";
    private static final String CONFIGURATION = "etc/io.animus.plugin.";
    private static final int LARGEST_TEXT = 8 << 20;

    static Source read(Path archive) throws IOException, BrokenArchiveException {
        var features = new FeatureDirectory();
        var texts = new HashMap<String, byte[]>();
        var top = ArchiveReader.read(archive, (entry, content) -> {
            var path = entry.path();
            var isRepository = path.startsWith(SYSTEM) && path.endsWith("-features.xml");
            if (!isRepository && !Set.of(BOOT, BILL, BUNDLES, STARTUP).contains(path) && !path.startsWith(PROFILES)) {
                return;
            }
            if (entry.size() > LARGEST_TEXT) {
                throw new BrokenArchiveException(path + " is too large");
            }
            var bytes = content.readAllBytes();
            if (isRepository) {
                features.add(bytes);
            } else {
                texts.put(path, bytes);
            }
        });
        for (var needed : List.of(BOOT, BILL, STARTUP)) {
            if (!texts.containsKey(needed)) {
                throw new BrokenArchiveException(archive + " is no archive of a hub: it lacks " + needed);
            }
        }
        return new Source(archive, digestOf(archive), top, features, Map.copyOf(texts));
    }

    static Digest digestOf(Path file) throws IOException {
        var hash = Digest.sha256();
        try (var content = new DigestInputStream(Files.newInputStream(file), hash)) {
            content.transferTo(OutputStream.nullOutputStream());
        }
        return Digest.finish(hash);
    }

    /** Names of features that start with the hub. */
    List<String> boot() {
        return Stream.of(properties(BOOT).getProperty("featuresBoot", "").split(","))
                .map(feature -> feature.strip().replaceAll("/.*", ""))
                .filter(feature -> !feature.isEmpty())
                .toList();
    }

    /**
     * The features of one of the archive's profiles.
     *
     * @throws BrokenArchiveException if there is no such profile; the message names those there are
     */
    List<String> profile(String name) throws BrokenArchiveException {
        var lines = texts.get(PROFILES + name);
        if (lines == null) {
            var known = texts.keySet().stream()
                    .filter(path -> path.startsWith(PROFILES))
                    .map(path -> path.substring(PROFILES.length()))
                    .sorted()
                    .collect(Collectors.joining(", "));
            throw new BrokenArchiveException("The archive has no profile " + name + ". It has " + known + ".");
        }
        return new String(lines, UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    /**
     * What to start: the features asked for, by their names with or without {@code animus-}, and Karaf's own.
     *
     * @throws BrokenArchiveException if the archive lacks one
     */
    Selection select(List<String> wanted) throws BrokenArchiveException {
        var chosen = new TreeSet<String>();
        wanted.forEach(name -> chosen.add(name.startsWith(OURS) ? name : OURS + name));
        var boot = new TreeSet<>(chosen);
        boot().stream().filter(name -> !name.startsWith(OURS)).forEach(boot::add);
        var kept = features.closure(boot);
        var files = kept.stream()
                .flatMap(feature -> feature.files().stream())
                .map(SYSTEM::concat)
                .collect(Collectors.toCollection(TreeSet::new));
        startup().map(SYSTEM::concat).forEach(files::add);
        var dropped = new TreeSet<String>();
        for (var feature : features.all()) {
            feature.files().stream()
                    .map(SYSTEM::concat)
                    .filter(file -> !files.contains(file))
                    .forEach(dropped::add);
            if (feature.name().startsWith(OURS) && !kept.contains(feature)) {
                var pid = feature.name().substring(OURS.length()).replace('-', '.');
                dropped.add(CONFIGURATION + pid + ".cfg");
            }
        }
        var started = kept.stream()
                .filter(feature -> boot.contains(feature.name()))
                .map(feature -> feature.name() + "/" + feature.version())
                .sorted()
                .toList();
        return new Selection(List.copyOf(chosen), started, Set.copyOf(dropped));
    }

    /**
     * A part of an archive.
     *
     * @param features that were asked for
     * @param boot names and versions of those that start with the hub
     * @param dropped paths of what only other features need
     */
    record Selection(List<String> features, List<String> boot, Set<String> dropped) {}

    private Stream<String> startup() {
        return properties(STARTUP).stringPropertyNames().stream().map(name -> name.replace("reference:file:", ""));
    }

    private Properties properties(String path) {
        var properties = new Properties();
        try {
            properties.load(new StringReader(new String(texts.getOrDefault(path, new byte[0]), UTF_8)));
        } catch (IOException e) {
            throw new AssertionError("memory does not fail to be read", e);
        }
        return properties;
    }
}
