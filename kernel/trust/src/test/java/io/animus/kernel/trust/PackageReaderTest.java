package io.animus.kernel.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.animus.api.types.Digest;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageReaderTest {
    private static final String MAIN = "bundles/acme-registry-1.2.0.jar";
    private static final String LIBRARY = "bundles/acme-library-3.0.0.jar";

    @TempDir
    Path folder;

    private Path file;
    private Map<String, byte[]> files;

    @BeforeEach
    void pack() throws Exception {
        file = Packages.packed(folder);
        files = Packages.files(file);
    }

    @Test
    void readsWhatWasPacked() throws Exception {
        var plugin = PackageReader.read(file);

        var manifest = plugin.manifest();
        assertThat(file.getFileName()).hasToString("acme-registry-1.2.0.animus");
        assertThat(manifest.port()).isEqualTo("registry");
        assertThat(manifest.technology()).isEqualTo("acme");
        assertThat(manifest.portVersion()).isEqualTo("[1.0,2)");
        assertThat(manifest.bundles())
                .extracting(PluginManifest.BundleFile::symbolicName)
                .containsExactly("acme-registry", "acme-library");
        assertThat(plugin.configurations()).containsOnlyKeys("acme.registry~main");
        try (var content = plugin.open(manifest.main())) {
            assertThat(content.readAllBytes()).isEqualTo(Files.readAllBytes(folder.resolve("acme-registry.jar")));
        }
    }

    @Test
    void theSameInputMakesTheSameBytes() throws Exception {
        var first = Files.readAllBytes(file);

        assertThat(Files.readAllBytes(Packages.packed(folder))).isEqualTo(first);
    }

    @Test
    void oneFlippedByteOfABundleShows() throws Exception {
        files.get(LIBRARY)[files.get(LIBRARY).length / 2] ^= 1;

        assertThat(problems())
                .containsExactly(
                        LIBRARY + " has another digest than plugin.json says: it was changed after it was packed.");
    }

    @Test
    void oneFlippedByteOfTheFileShows() throws Exception {
        var size = Files.size(file);
        for (var at = 0L; at < size; at += 97) {
            var copy = Files.copy(file, folder.resolve("flipped-" + at));
            try (var flipped = new RandomAccessFile(copy.toFile(), "rw")) {
                flipped.seek(at);
                var before = flipped.read();
                flipped.seek(at);
                flipped.write(before ^ 4);
            }
            try {
                // A byte that no reader looks at, such as a time, may be another one; the content may not.
                assertThat(PackageReader.read(copy).manifest())
                        .isEqualTo(PackageReader.read(file).manifest());
            } catch (BrokenPackageException e) {
                assertThat(e.problems()).isNotEmpty();
            }
        }
    }

    @Test
    void aConfigurationThatWasChangedShows() throws Exception {
        files.put("configurations/acme.registry~main.json", "{\"hosts\":[\"evil.example\"]}".getBytes(UTF_8));

        assertThat(problems()).singleElement().asString().contains("another digest");
    }

    @Test
    void namesAllThatIsWrongAtOnce() throws Exception {
        files.remove(LIBRARY);
        files.put("bundles/extra.jar", new byte[3]);
        files.put("../../etc/passwd", new byte[3]);

        assertThat(problems())
                .containsExactly(
                        "plugin.json names " + LIBRARY + ", which is not in the package.",
                        "The package holds ../../etc/passwd, which plugin.json does not name.",
                        "The package holds bundles/extra.jar, which plugin.json does not name.");
    }

    @Test
    void namesAllThatIsWrongWithTheManifest() throws Exception {
        var manifest = new String(files.get("plugin.json"), UTF_8)
                .replace("\"exclusive\":false", "\"exclusive\":1,\"extra\":2")
                .replace("\"file\":\"bundles/acme-library-3.0.0.jar\"", "\"file\":\"bundles/../../x.jar\"")
                .replace("\"technology\":\"acme\"", "\"technology\":\"A C\"");
        files.put("plugin.json", manifest.getBytes(UTF_8));

        assertThat(problems())
                .containsExactlyInAnyOrder(
                        "plugin.json has a member that is not known, /extra.",
                        "In plugin.json /exclusive must be true or false.",
                        "In plugin.json /bundles/1/file must be bundles/<name>.jar.",
                        "In plugin.json /technology must be 1 to 63 of a-z 0-9 -.");
    }

    @Test
    void aBundleUnderAnotherNameIsFoundOut() throws Exception {
        var other = Packages.bundle(folder, "other", "9.0.0");
        var manifest = PackageReader.read(file).manifest();
        files.put(LIBRARY, Files.readAllBytes(other));
        var digest = Digest.of(files.get(LIBRARY)).value();
        files.put(
                "plugin.json",
                new String(files.get("plugin.json"), UTF_8)
                        .replace(manifest.bundles().get(1).digest().value(), digest)
                        .getBytes(UTF_8));

        assertThat(problems()).containsExactly(LIBRARY + " is other 9.0.0, but plugin.json says acme-library 3.0.0.");
    }

    @Test
    void refusesToPackWhatIsNoPlugin() throws Exception {
        var content = new PackageWriter.Content(List.of(Packages.library(folder)), new TreeMap<>(), false);

        var refusal = catchThrowableOfType(BrokenPackageException.class, () -> PackageWriter.pack(content, folder));

        assertThat(refusal.problems()).singleElement().asString().contains("capability animus.plugin");
    }

    @Test
    void inflatesNoBomb() throws Exception {
        files.put(MAIN, new byte[(int) PackageReader.MAX_PACKAGE + 1]);

        assertThat(problems()).contains(MAIN + " is larger than a package may hold.");
    }

    @Test
    void readsNoDirectoryOfMillions() throws Exception {
        for (var i = 0; i < 20_000; i++) {
            files.put("bundles/" + i + ".jar", new byte[0]);
        }

        assertThat(problems()).containsExactly("It names more files than a package may hold.");
    }

    @Test
    void wrongPermissionsAreNamed() throws Exception {
        files.put(MAIN, Files.readAllBytes(Packages.asking(folder, "{\"format\":2}")));
        var packed = PackageReader.read(file).manifest().main().digest().value();
        files.put(
                "plugin.json",
                new String(files.get("plugin.json"), UTF_8)
                        .replace(packed, Digest.of(files.get(MAIN)).value())
                        .getBytes(UTF_8));

        assertThat(problems())
                .containsExactly("OSGI-INF/animus/permissions.json in " + MAIN + " is wrong: format is not 1.");
    }

    @Test
    void refusesWhatIsNoZip() throws Exception {
        var text = Files.writeString(folder.resolve("text.animus"), "no zip at all, but long enough to be looked at");

        var refusal = catchThrowableOfType(BrokenPackageException.class, () -> PackageReader.read(text));

        assertThat(refusal.problems()).containsExactly("It is no ZIP file, or was cut off.");
    }

    private List<String> problems() throws Exception {
        var wrong = Packages.zip(folder.resolve("wrong.animus"), files);
        return catchThrowableOfType(BrokenPackageException.class, () -> PackageReader.read(wrong))
                .problems();
    }
}
