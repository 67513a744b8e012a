package io.animus.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitProjectTest {
    private static final Path CODE = Path.of("../penguins/code");

    @TempDir
    private Path folder;

    @Test
    void givesTheSameCommitForTheSameFiles() throws Exception {
        var first = GitProject.commit(CODE, folder.resolve("first"));
        var second = GitProject.commit(CODE, folder.resolve("second"));

        assertThat(first.commit()).matches("[0-9a-f]{40}").isEqualTo(second.commit());
    }

    @Test
    void commitsEveryFileToMainUnderAUrlThatGitCanClone() throws Exception {
        var project = GitProject.commit(CODE, folder.resolve("with space"));
        var clone = folder.resolve("clone");

        Command.of(
                        "git",
                        "clone",
                        "--quiet",
                        "--branch",
                        "main",
                        project.repository().toString(),
                        clone.toString())
                .run();

        assertThat(clone.resolve("Train.java")).hasSameBinaryContentAs(CODE.resolve("Train.java"));
        assertThat(clone.resolve("README.md")).exists();
        assertThat(project.repository().toString()).startsWith("file:///").endsWith("/with%20space");
        assertThat(Files.exists(clone.resolve("penguins.csv"))).isFalse();
    }
}
