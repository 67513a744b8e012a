import static java.util.stream.Collectors.joining;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Properties;
import java.util.TreeMap;
import java.util.zip.ZipInputStream;

/**
 * Writes the bill of materials of the archive, as CycloneDX 1.6: every jar that is really in it, with its digest, and what
 * each jar says was packed into it. Maven's own view doesn't do, because the features name most bundles without Maven, and some
 * bundles hold other jars.
 *
 * <p>Arguments: the folder that becomes the archive, the version, the file to write.
 */
final class Sbom {
    /** One component; nested ones have no digest of their own in the archive. */
    private record Component(String group, String name, String version, String sha256, String inside) {
        String purl() {
            return "pkg:maven/%s/%s@%s".formatted(group, name, version);
        }

        String json() {
            var digest = sha256.isEmpty() ? "" : ",\n      \"hashes\": [{\"alg\": \"SHA-256\", \"content\": \"%s\"}]".formatted(sha256);
            var place = ",\n      \"properties\": [{\"name\": \"animus:file\", \"value\": %s}]".formatted(quoted(inside));
            return """
                    {
                      "type": "library",
                      "bom-ref": %s,
                      "group": %s,
                      "name": %s,
                      "version": %s,
                      "purl": %s""".formatted(quoted(purl() + "?file=" + inside), quoted(group), quoted(name), quoted(version), quoted(purl()))
                    .indent(4).stripTrailing() + digest + place + "\n    }";
        }
    }

    private final TreeMap<String, Component> components = new TreeMap<>();

    public static void main(String[] arguments) throws IOException {
        var assembled = Path.of(arguments[0]);
        var sbom = new Sbom();
        for (var folder : new String[] {"lib", "system"}) {
            try (var files = Files.walk(assembled.resolve(folder))) {
                for (var jar : files.filter(file -> file.toString().endsWith(".jar")).sorted().toList()) {
                    sbom.addFile(assembled, jar);
                }
            }
        }
        Files.writeString(Path.of(arguments[2]), sbom.json(arguments[1]));
    }

    private void addFile(Path assembled, Path jar) throws IOException {
        var file = assembled.relativize(jar).toString();
        var content = Files.readAllBytes(jar);
        var inJar = new TreeMap<String, Component>();
        addNested(content, file, inJar);
        var itself = file.startsWith("system/") ? ofRepository(file, sha256(content)) : ofLibrary(file, sha256(content), inJar);
        // A jar describes itself too, and its digest says more.
        inJar.values().removeIf(nested -> nested.purl().equals(itself.purl()));
        components.putAll(inJar);
        components.put(itself.purl() + " " + file, itself);
    }

    /** {@code system/org/acme/thing/1.0/thing-1.0.jar} is laid out as a Maven repository. */
    private static Component ofRepository(String file, String sha256) {
        var path = Path.of(file);
        var version = path.getParent();
        var name = version.getParent();
        var group = Path.of("system").relativize(name.getParent()).toString().replace('/', '.');
        return new Component(group, name.getFileName().toString(), version.getFileName().toString(), sha256, file);
    }

    private static Component ofLibrary(String file, String sha256, TreeMap<String, Component> described) {
        var base = Path.of(file).getFileName().toString().replaceFirst("\\.jar$", "");
        for (var nested : described.values()) {
            if (base.equals(nested.name() + "-" + nested.version())) {
                return new Component(nested.group(), nested.name(), nested.version(), sha256, file);
            }
        }
        var dash = base.replaceFirst("-[0-9].*$", "").length();
        return new Component("unknown", base.substring(0, dash), base.substring(Math.min(dash + 1, base.length())), sha256, file);
    }

    private void addNested(byte[] jar, String file, TreeMap<String, Component> found) throws IOException {
        try (var entries = new ZipInputStream(new ByteArrayInputStream(jar))) {
            for (var entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                var name = entry.getName();
                if (name.endsWith(".jar")) {
                    addNested(entries.readAllBytes(), file + "!" + name, found);
                } else if (name.startsWith("META-INF/maven/") && name.endsWith("/pom.properties")) {
                    var pom = new Properties();
                    pom.load(entries);
                    var component = new Component(
                            pom.getProperty("groupId"), pom.getProperty("artifactId"), pom.getProperty("version"), "", file);
                    found.put(component.purl() + " " + file, component);
                }
            }
        }
    }

    private String json(String version) {
        return """
                {
                  "bomFormat": "CycloneDX",
                  "specVersion": "1.6",
                  "version": 1,
                  "metadata": {
                    "component": {"type": "application", "bom-ref": "animus-hub", "group": "io.animus", "name": "animus-hub", "version": %s}
                  },
                  "components": [
                """.formatted(quoted(version))
                + components.values().stream().map(Component::json).collect(joining(",\n", "    ", "\n"))
                + "  ]\n}\n";
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
