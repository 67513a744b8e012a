package io.animus.dev;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/**
 * The sources of one plugin.
 *
 * @param home with pom.xml and bnd.bnd
 * @param name artifactId, which is the symbolic name of the bundle
 * @param version in the form of OSGi, without a qualifier
 */
record PluginFolder(Path home, String name, String version) {

    /** @throws DevException if there is no plugin */
    static PluginFolder of(Path home) throws DevException, IOException {
        var pom = home.resolve("pom.xml");
        if (!Files.isRegularFile(pom) || !Files.isRegularFile(home.resolve("bnd.bnd"))) {
            throw new DevException("no plugin is in " + home + ": a plugin has a pom.xml and a bnd.bnd");
        }
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var project = factory.newDocumentBuilder().parse(pom.toFile()).getDocumentElement();
            var name = child(project, "artifactId").orElseThrow(() -> new DevException(pom + " has no artifactId"));
            var version = child(project, "version")
                    .or(() -> element(project, "parent").flatMap(parent -> child(parent, "version")))
                    .orElseThrow(() -> new DevException(pom + " has no version"));
            return new PluginFolder(home.toAbsolutePath().normalize(), name, version.replaceAll("-SNAPSHOT$", ""));
        } catch (SAXException | ParserConfigurationException e) {
            throw new DevException(pom + " can't be read: " + e.getMessage());
        }
    }

    private static Optional<String> child(Element parent, String name) {
        return element(parent, name).map(found -> found.getTextContent().strip());
    }

    private static Optional<Element> element(Element parent, String name) {
        for (var node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getTagName().equals(name)) {
                return Optional.of(element);
            }
        }
        return Optional.empty();
    }

    Path java() {
        return home.resolve("src/main/java");
    }

    Path resources() {
        return home.resolve("src/main/resources");
    }

    /** What is made here, beside what Maven makes. */
    Path made() {
        return home.resolve("target/dev");
    }

    List<Path> javaFiles() throws IOException {
        try (var files = Files.walk(java())) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }

    /** Settings that the hub gets, as they are. */
    List<Path> settings() throws IOException {
        var etc = home.resolve("etc");
        if (!Files.isDirectory(etc)) {
            return List.of();
        }
        try (var files = Files.list(etc)) {
            return files.filter(file -> file.toString().endsWith(".cfg"))
                    .sorted()
                    .toList();
        }
    }

    /** When and how large each file is that matters, by its path: two of these differ when something was edited. */
    Map<Path, String> look() throws IOException {
        var seen = new TreeMap<Path, String>();
        for (var root : List.of("pom.xml", "bnd.bnd", "etc", "src/main")) {
            if (!Files.exists(home.resolve(root))) {
                continue;
            }
            try (Stream<Path> files = Files.walk(home.resolve(root))) {
                for (var file : files.filter(Files::isRegularFile).toList()) {
                    try {
                        seen.put(home.relativize(file), Files.getLastModifiedTime(file) + " " + Files.size(file));
                    } catch (NoSuchFileException e) {
                        seen.remove(home.relativize(file));
                    }
                }
            }
        }
        return seen;
    }

    /** The jars that the plugin is compiled against, asked of Maven, which takes seconds. */
    List<Path> classPath(List<String> mavenOptions) throws DevException, IOException, InterruptedException {
        Files.createDirectories(made());
        var answer = made().resolve("class-path");
        var log = made().resolve("maven.log");
        var command = Stream.concat(
                        Stream.concat(Stream.of("mvn", "--batch-mode", "--quiet"), mavenOptions.stream()),
                        Stream.of(
                                "dependency:build-classpath",
                                "-Dmdep.includeScope=compile",
                                "-Dmdep.outputFile=" + answer))
                .toList();
        var maven = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (maven.waitFor() != 0) {
            throw new DevException("Maven can't tell the class path; all it said is in " + log + ":\n"
                    + Files.readString(log).strip());
        }
        return Stream.of(Files.readString(answer).strip().split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of)
                .toList();
    }
}
