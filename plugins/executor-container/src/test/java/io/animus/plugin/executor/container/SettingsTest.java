package io.animus.plugin.executor.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {

    @Test
    void readsNetworksByClass() {
        assertThat(Settings.networks("internet=podman", "lab=lab_net"))
                .isEqualTo(Map.of("internet", "podman", "lab", "lab_net"));
    }

    @Test
    void refusesANetworkThatIsSomebodyElses() {
        for (var line : new String[] {"open=host", "open=container:abc", "open", "open=ns:/proc/1/ns/net"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> Settings.networks(line));
        }
    }

    @Test
    void refusesToRunProgramsAsRoot() {
        for (var user : new String[] {"0:0", "0:10001", "10001:0", "root", "10001"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> with(user, "/jobs"));
        }
    }

    @Test
    void refusesAWorkFolderThatTheEngineWouldMisread() {
        assertThatIllegalArgumentException().isThrownBy(() -> with("10001:10001", "jobs"));
        assertThatIllegalArgumentException().isThrownBy(() -> with("10001:10001", "/jobs:rw"));
    }

    private static Settings with(String user, String folder) {
        return new Settings(
                "test",
                List.of(),
                Path.of(folder),
                true,
                Map.of(),
                user,
                false,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                1024,
                1 << 20,
                1 << 20,
                1 << 20);
    }
}
