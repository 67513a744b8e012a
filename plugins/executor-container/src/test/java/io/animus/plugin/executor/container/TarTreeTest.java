package io.animus.plugin.executor.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TarTreeTest {
    @TempDir
    Path folder;

    @Test
    void unpacksFilesFoldersAndLinks() throws Exception {
        unpack(
                Tar.folder("a"),
                Tar.file("a/file", "text"),
                Tar.file("deep/er/file", "deep"),
                Tar.link("a/link", "../deep/er/file"),
                Tar.link("nowhere", "a/absent"),
                Tar.hardLink("same", "a/file"),
                Tar.file("long/" + "n".repeat(180), "long"));

        assertThat(folder.resolve("tree/a/file")).hasContent("text");
        assertThat(folder.resolve("tree/a/link")).isSymbolicLink().hasContent("deep");
        assertThat(folder.resolve("tree/same")).hasContent("text");
        assertThat(folder.resolve("tree/long/" + "n".repeat(180))).hasContent("long");
    }

    static Stream<List<Tar.Entry>> unsafe() {
        return Stream.of(
                List.of(Tar.file("../out", "x")),
                List.of(Tar.file("a/../../out", "x")),
                List.of(Tar.file("/out", "x")),
                List.of(Tar.link("link", "/etc/passwd")),
                List.of(Tar.link("link", "../out")),
                List.of(Tar.link("a/link", "../../out")),
                // Harmless each by its name, and outside together.
                List.of(Tar.link("p/q/up", "../.."), Tar.link("p/q/out", "up/../out")),
                List.of(Tar.link("one", "two"), Tar.link("two", "one")),
                List.of(Tar.link("a", "b"), Tar.file("a/file", "x")),
                List.of(Tar.file("a", "x"), Tar.file("a", "y")),
                List.of(Tar.file("a", "x"), Tar.file("a/b", "y")),
                List.of(Tar.link("a", "b"), Tar.file("a", "y")),
                List.of(Tar.hardLink("a", "../out")),
                List.of(Tar.hardLink("a", "/etc/passwd")),
                List.of(Tar.hardLink("a", "absent")),
                List.of(Tar.special("pipe")),
                List.of(Tar.file("n".repeat(256), "x")),
                List.of(Tar.file("name/".repeat(900) + "x", "x")),
                List.of(Tar.link("link", "n".repeat(5000))),
                IntStream.range(0, 12_000)
                        .mapToObj(i -> Tar.link("link" + i, "x/".repeat(45) + "x"))
                        .toList(),
                List.of(Tar.file("big", "x".repeat(2000))));
    }

    @ParameterizedTest
    @MethodSource("unsafe")
    void refusesToWriteElsewhereOrTooMuch(List<Tar.Entry> entries) throws IOException {
        assertThatExceptionOfType(UnsafeArchiveException.class)
                .isThrownBy(() -> unpack(entries.toArray(Tar.Entry[]::new)));

        try (var left = Files.list(folder)) {
            assertThat(left).extracting(p -> p.getFileName().toString()).containsExactly("tree");
        }
    }

    @Test
    void refusesWhatIsNoArchive() {
        var noise = "no archive at all ".repeat(100).getBytes(java.nio.charset.StandardCharsets.UTF_8);

        assertThatExceptionOfType(UnsafeArchiveException.class)
                .isThrownBy(() -> new TarTree(folder.resolve("tree"), 1000).unpack(new ByteArrayInputStream(noise)));
    }

    /** What reads an archive holds the name of an entry as a whole, and the archive says how long it is. */
    @Test
    void readsNoNameWithoutEnd() throws Exception {
        var endless = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(endless, "UTF-8")) {
            var name = new TarArchiveEntry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME);
            name.setSize(64 << 20);
            tar.putArchiveEntry(name);
            tar.write(new byte[64 << 20]);
            tar.closeArchiveEntry();
        }
        var archive = new ByteArrayInputStream(endless.toByteArray());

        assertThatExceptionOfType(UnsafeArchiveException.class)
                .isThrownBy(() -> new TarTree(folder.resolve("tree"), 1000).unpack(archive));
        assertThat(archive.available()).as("left unread").isGreaterThan(63 << 20);
    }

    private void unpack(Tar.Entry... entries) throws Exception {
        new TarTree(folder.resolve("tree"), 1000).unpack(new ByteArrayInputStream(Tar.of(entries)));
    }
}
