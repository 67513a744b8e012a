package io.animus.itests.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A smaller hub, made out of the archive and carried to a machine without a network. */
class ComposeIT {
    @TempDir
    private Path folder;

    private UnpackedHub hub;
    private Path key;

    @BeforeEach
    void makeAKey() throws Exception {
        hub = UnpackedHub.with(folder.resolve("data"));
        key = folder.resolve("ops.example.org.key");
        hub.animus("plugin", "keygen", "--name", "ops.example.org", "--out", folder.toString());
        Files.createDirectories(folder.resolve("trusted/trust"));
        Files.copy(folder.resolve("ops.example.org.pub"), folder.resolve("trusted/trust/ops.pub"));
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void theLeastHubStartsAndServes() throws Exception {
        var minimal = folder.resolve("minimal.tar.gz");
        var again = folder.resolve("again.tar.gz");
        var home = folder.resolve("hub");

        var built = compose("build", "--profile", "minimal", "--key", key.toString(), "--out", minimal.toString());
        assertThat(built.err()).isEmpty();
        assertThat(built.exitCode()).isZero();
        var rebuilt = compose(
                "build", "--lock", minimal + ".lock", "--signature", minimal + ".sig", "--out", again.toString());
        assertThat(rebuilt.err()).isEmpty();
        assertThat(again).hasSameBinaryContentAs(minimal);
        assertThat(Files.size(minimal)).isLessThan(Files.size(UnpackedHub.archive()));

        var installed =
                hub.animus("compose", "install", minimal.toString(), "--to", home.toString(), "--trust", trust());
        assertThat(installed.err()).isEmpty();
        assertThat(installed.exitCode()).isZero();
        try (var smaller = new UnpackedHub(home, folder.resolve("minimal-data"), UnpackedHub.freePort())) {
            var started = smaller.animus("start");
            assertThat(started.err()).isEmpty();
            assertThat(started.exitCode()).isZero();
            var status = new ObjectMapper()
                    .readTree(smaller.animus("status", "--json").out());
            assertThat(status.get("state").asText()).isEqualTo("ready");
        }
    }

    @Test
    void nothingIsInstalledFromAnArchiveWithAFlippedByte() throws Exception {
        var archive = folder.resolve("standard.tar.gz");
        compose("build", "--profile", "standard", "--key", key.toString(), "--out", archive.toString());
        try (var file = new RandomAccessFile(archive.toFile(), "rw")) {
            file.seek(file.length() / 2);
            var was = file.read();
            file.seek(file.length() / 2);
            file.write(was ^ 1);
        }

        var installed = hub.animus(
                "compose",
                "install",
                archive.toString(),
                "--to",
                folder.resolve("hub").toString(),
                "--trust",
                trust());

        assertThat(installed.exitCode()).isOne();
        assertThat(installed.err()).startsWith("animus compose: ");
        assertThat(folder.resolve("hub")).doesNotExist();
    }

    private UnpackedHub.Ended compose(String command, String... words) throws Exception {
        var all = new java.util.ArrayList<String>();
        all.add("compose");
        all.add(command);
        all.add("--from");
        all.add(UnpackedHub.archive().toString());
        all.addAll(java.util.List.of(words));
        return hub.animus(all.toArray(String[]::new));
    }

    private String trust() {
        return folder.resolve("trusted").toString();
    }
}
