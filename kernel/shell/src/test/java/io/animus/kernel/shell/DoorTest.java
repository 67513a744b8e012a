package io.animus.kernel.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DoorTest {
    @Test
    void withoutItsDatabaseTheHubSaysSo(@TempDir Path folder) throws Exception {
        try (var shell = new RealShell(new Door());
                var typist = new Typist(shell, folder)) {
            assertThat(typist.runs("plugin-list")).startsWith("DATABASE_UNAVAILABLE: ");
            assertThat(typist.types("ank_" + "x".repeat(43)).runs("login")).startsWith("DATABASE_UNAVAILABLE: ");
            assertThat(typist.completes("plugin-show ")).isEmpty();
        }
    }
}
