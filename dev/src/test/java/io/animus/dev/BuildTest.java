package io.animus.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small plugin on disk, compiled and made a bundle. */
class BuildTest {
    @TempDir
    Path folder;

    private PluginFolder plugin;
    private Path source;

    @BeforeEach
    void write() throws Exception {
        Files.writeString(
                folder.resolve("pom.xml"),
                "<project><parent><version>2.1.0-SNAPSHOT</version></parent><artifactId>animus-x</artifactId></project>");
        Files.writeString(folder.resolve("bnd.bnd"), "Provide-Capability: animus.plugin;port=scm;technology=x\n");
        source = folder.resolve("src/main/java/org/example/Part.java");
        Files.createDirectories(source.getParent());
        Files.writeString(
                source,
                """
                package org.example;

                import org.osgi.service.component.annotations.Component;

                @Component(service = Runnable.class)
                public class Part implements Runnable {
                    @Override
                    public void run() {}
                }
                """);
        plugin = PluginFolder.of(folder);
    }

    private static List<Path> classPath() {
        return List.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator)).stream()
                .filter(entry -> entry.contains("org.osgi.service.component.annotations"))
                .map(Path::of)
                .toList();
    }

    @Test
    void makesABundleWithItsComponents() throws Exception {
        var classes = plugin.made().resolve("classes");
        var bundle = plugin.made().resolve("x.jar");
        Compiler.compile(plugin, classPath(), classes);
        Bundler.of(Path.of("..")).bundle(plugin, classPath(), classes, "2.1.0.dev-7", bundle);
        try (var jar = new JarFile(bundle.toFile())) {
            var headers = jar.getManifest().getMainAttributes();
            assertThat(headers.getValue("Bundle-SymbolicName")).isEqualTo("animus-x");
            assertThat(headers.getValue("Bundle-Version")).isEqualTo("2.1.0.dev-7");
            assertThat(headers.getValue("Provide-Capability")).contains("animus.plugin");
            assertThat(headers.getValue("Service-Component")).isEqualTo("OSGI-INF/org.example.Part.xml");
            assertThat(jar.getEntry("OSGI-INF/org.example.Part.xml")).isNotNull();
        }
    }

    @Test
    void showsWhereTheCompilerStopped() throws IOException {
        Files.writeString(source, Files.readString(source).replace("run() {}", "run() { return 1; }"));
        assertThatExceptionOfType(DevException.class)
                .isThrownBy(() ->
                        Compiler.compile(plugin, classPath(), plugin.made().resolve("classes")))
                .withMessageStartingWith("src/main/java/org/example/Part.java:8: ")
                .withMessageContaining("    public void run() { return 1; }\n")
                .withMessageEndingWith("^");
    }

    @Test
    void seesWhatWasEdited() throws IOException {
        var before = plugin.look();
        assertThat(plugin.look()).isEqualTo(before);
        Files.writeString(source, Files.readString(source) + "// more\n");
        assertThat(plugin.look()).isNotEqualTo(before);
    }

    @Test
    void leavesOutTheFeatureThatIsInTheArchive() {
        var list = "featuresBoot = \\\n    %s/0.1.0, \\\n    %s/0.1.0, \\\n    %s/0.1.0\n\nnext";
        for (var order : List.of("x a b", "a x b", "a b x")) {
            var features = list.formatted((Object[]) order.split(" "));
            assertThat(DevHub.without("x", features))
                    .isEqualTo("featuresBoot = \\\n    a/0.1.0, \\\n    b/0.1.0\n\nnext");
        }
    }

    @Test
    void takesNoOtherFolderForAPlugin() {
        assertThatExceptionOfType(DevException.class)
                .isThrownBy(() -> PluginFolder.of(folder.resolve("src")))
                .withMessageContaining("a plugin has a pom.xml and a bnd.bnd");
    }
}
