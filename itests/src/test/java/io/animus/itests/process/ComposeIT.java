package io.animus.itests.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A smaller hub, made out of the archive and carried to a machine without a network. */
class ComposeIT {
    private static final Pattern KEY = Pattern.compile("ank_\\S{43,}");

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

        var carried = pack();
        var built = compose(
                "build",
                "--profile",
                "minimal",
                "--package",
                carried,
                "--trust",
                trust(),
                "--key",
                key.toString(),
                "--out",
                minimal.toString());
        assertThat(built.err()).isEmpty();
        assertThat(built.exitCode()).isZero();
        var rebuilt = compose(
                "build",
                "--lock",
                minimal + ".lock",
                "--signature",
                minimal + ".sig",
                "--package",
                carried,
                "--trust",
                trust(),
                "--out",
                again.toString());
        assertThat(rebuilt.err()).isEmpty();
        assertThat(again).hasSameBinaryContentAs(minimal);
        assertThat(Files.size(minimal)).isLessThan(Files.size(UnpackedHub.archive()));

        var installed =
                hub.animus("compose", "install", minimal.toString(), "--to", home.toString(), "--trust", trust());
        assertThat(installed.err()).isEmpty();
        assertThat(installed.exitCode()).isZero();
        Files.createDirectories(home.resolve("etc/animus/trust"));
        Files.copy(folder.resolve("ops.example.org.pub"), home.resolve("etc/animus/trust/ops.pub"));
        try (var smaller = new UnpackedHub(home, folder.resolve("minimal-data"), UnpackedHub.freePort())) {
            var started = smaller.animus("start");
            assertThat(started.err()).isEmpty();
            assertThat(started.exitCode()).isZero();
            var status = new ObjectMapper()
                    .readTree(smaller.animus("status", "--json").out());
            assertThat(status.get("state").asText()).isEqualTo("ready");
            var printed = KEY.matcher(started.out());
            assertThat(printed.find()).as(started.out()).isTrue();
            var admin = new RestClient(URI.create("http://127.0.0.1:" + smaller.port()), printed.group());
            Patience.untilTrue(
                    "the package of the archive is installed", () -> admin.get("/api/v1/plugins/quiet-plugin")
                            .json()
                            .path("state")
                            .asText()
                            .equals("active"));
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

    /** A signed package of a plugin that does nothing. */
    private String pack() throws Exception {
        var headers =
                """
                Manifest-Version: 1.0
                Bundle-ManifestVersion: 2
                Bundle-SymbolicName: quiet-plugin
                Bundle-Version: 1.0.0
                Provide-Capability: animus.plugin;port=scm;technology=quiet
                Import-Package: io.animus.api.scm;version="[1.0,2)"

                """;
        var jar = folder.resolve("quiet-plugin-1.0.0.jar");
        new JarOutputStream(Files.newOutputStream(jar), new Manifest(new ByteArrayInputStream(headers.getBytes(UTF_8))))
                .close();
        var plugin = folder.resolve("quiet-plugin-1.0.0.animus").toString();
        assertThat(hub.animus("plugin", "pack", "--bundle", jar.toString(), "--out", folder.toString())
                        .exitCode())
                .isZero();
        assertThat(hub.animus("plugin", "sign", "--key", key.toString(), plugin).exitCode())
                .isZero();
        return plugin;
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
