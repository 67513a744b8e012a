package io.animus.plugin.executor.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.executor.JobOutput;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputTreeTest {
    @TempDir
    Path folder;

    @Test
    void readsNoMoreThanTheDiskCanHold() throws Exception {
        Files.writeString(folder.resolve("model"), "weights");
        try (var holes = new RandomAccessFile(folder.resolve("holes").toFile(), "rw")) {
            holes.setLength(1L << 40);
        }

        var outputs = new OutputTree(folder, 100).read();

        assertThat(outputs.files()).extracting(JobOutput::path).containsExactly("model");
        assertThat(outputs.refused()).singleElement().asString().startsWith("holes is larger");
    }

    @Test
    void countsAFileUnderEachOfItsNames() throws Exception {
        Files.writeString(folder.resolve("a"), "x".repeat(40));
        Files.createLink(folder.resolve("b"), folder.resolve("a"));
        Files.createLink(folder.resolve("c"), folder.resolve("a"));

        var outputs = new OutputTree(folder, 100).read();

        assertThat(outputs.files()).hasSize(2);
        assertThat(outputs.refused()).hasSize(1);
    }
}
