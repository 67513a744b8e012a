package io.animus.plugin.executor.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerJobExecutorTest {
    @TempDir
    Path folder;

    @Test
    void leavesNothingOpenWhenItCanNotStart() throws Exception {
        assertThatIllegalStateException()
                .isThrownBy(() -> new ContainerJobExecutor(settings(), InstantSource.system(), route -> {
                    throw new IllegalStateException("no routes today");
                }))
                .withMessageContaining("no routes today");

        assertThat(openFiles()).doesNotContain(folder.resolve(".lock").toString());
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("executor-container-half"));
    }

    private Settings settings() {
        return new Settings(
                "half",
                List.of(folder.resolve("no.sock")),
                folder,
                false,
                Map.of(),
                "10001:10001",
                false,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                256,
                1 << 20,
                1 << 20,
                1 << 20);
    }

    /** What the file descriptors of this process point to. */
    private static Set<String> openFiles() throws IOException {
        var files = new HashSet<String>();
        try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (var descriptor : descriptors) {
                if (Files.isSymbolicLink(descriptor)) {
                    files.add(Files.readSymbolicLink(descriptor).toString());
                }
            }
        }
        return files;
    }
}
