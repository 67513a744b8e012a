package io.animus.itests.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the archive, and what must not be. */
class ArchiveIT {
    private static final long MOST_BYTES = 90_000_000;

    private static Path home;

    @BeforeAll
    static void unpack(@TempDir Path data) throws Exception {
        home = UnpackedHub.with(data).home();
    }

    @Test
    void isSmall() throws IOException {
        assertThat(Files.size(UnpackedHub.archive())).isLessThan(MOST_BYTES);
    }

    @Test
    void holdsNoBundleInTwoVersions() throws IOException {
        var versions = new TreeMap<String, List<String>>();
        for (var jar : jars()) {
            if (!jar.startsWith(home.resolve("system"))) {
                continue;
            }
            try (var opened = new JarFile(jar.toFile())) {
                var manifest = opened.getManifest();
                var name =
                        manifest == null ? null : manifest.getMainAttributes().getValue("Bundle-SymbolicName");
                if (name != null) {
                    versions.computeIfAbsent(name.split(";")[0].strip(), n -> new ArrayList<>())
                            .add(home.relativize(jar).toString());
                }
            }
        }

        assertThat(versions).isNotEmpty();
        versions.values().removeIf(files -> files.size() == 1);
        assertThat(versions).isEmpty();
    }

    @Test
    void carriesItsLicenceAndABillOfEveryJar() throws IOException {
        var bill = new ObjectMapper().readTree(home.resolve("bom.json").toFile());

        assertThat(home.resolve("LICENSE")).content().contains("Apache License");
        assertThat(home.resolve("NOTICE")).content().startsWith("Animus Hub");
        assertThat(bill.get("bomFormat").asText()).isEqualTo("CycloneDX");
        assertThat(StreamSupport.stream(bill.get("components").spliterator(), false)
                        .filter(component -> component.has("hashes"))
                        .map(component -> component.at("/properties/0/value").asText()))
                .containsExactlyInAnyOrderElementsOf(jars().stream()
                        .map(jar -> home.relativize(jar).toString())
                        .toList());
    }

    @Test
    void hasNoPasswordsForeignRepositoriesOrShellThatIsStarted() throws IOException {
        assertThat(home.resolve("etc")).isDirectoryNotContaining("glob:**/{users,keys}.properties");
        assertThat(home.resolve("bin")).isDirectoryContaining("glob:**/animus");
        try (var programs = Files.list(home.resolve("bin"))) {
            assertThat(programs).hasSize(1);
        }
        assertThat(jars()).noneMatch(jar -> jar.toString()
                .matches(".*/karaf/shell/.*(commands|console|ssh).*|.*/sshd-(scp|sftp).*"));
        assertThat(home.resolve("etc/org.apache.karaf.features.cfg")).content().doesNotContain("animus-shell");
        assertThat(home.resolve("etc/org.ops4j.pax.url.mvn.cfg"))
                .content()
                .contains("org.ops4j.pax.url.mvn.repositories =\n", "useFallbackRepositories = false");
    }

    private static List<Path> jars() throws IOException {
        try (var files = Files.walk(home)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }
}
