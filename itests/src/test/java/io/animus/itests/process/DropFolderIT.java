package io.animus.itests.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages that somebody puts into the drop folder of a hub that runs. */
class DropFolderIT {
    private static final Pattern KEY = Pattern.compile("ank_\\S{43,}");
    private static final String PLUGIN = "animus-siem-webhook";

    @TempDir
    Path folder;

    private UnpackedHub hub;
    private RestClient admin;

    @BeforeEach
    void start() throws Exception {
        hub = UnpackedHub.freshIn(folder);
        Files.writeString(hub.home().resolve("etc/io.animus.plugins.drop.cfg"), "look_s = 1\n");
        run("plugin", "keygen", "--name", "acme.example", "--out", folder.toString());
        var trust = Files.createDirectories(hub.home().resolve("etc/animus/trust"));
        Files.copy(folder.resolve("acme.example.pub"), trust.resolve("acme.example.pub"));
        var key = KEY.matcher(run("start"));
        assertThat(key.find()).isTrue();
        admin = new RestClient(URI.create("http://127.0.0.1:" + hub.port()), key.group());
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void aSignedUpdateIsTakenAndAnUnsignedOneIsNot() throws Exception {
        var unsigned = packed("99.1.0");
        drop(unsigned);
        Patience.untilTrue("it is refused", () -> Files.exists(dropped(unsigned, ".refused")));
        assertThat(Files.readString(dropped(unsigned, ".refused.txt"))).contains("not signed");
        assertThat(version()).startsWith("0.");

        var signed = packed("99.2.0");
        run("plugin", "sign", "--key", folder.resolve("acme.example.key").toString(), signed.toString());
        drop(signed);
        Patience.untilTrue("it is installed", () -> Files.exists(dropped(signed, ".installed")));
        assertThat(version()).isEqualTo("99.2.0");
    }

    private String version() throws Exception {
        return admin.get("/api/v1/plugins/" + PLUGIN).ok().path("version").asText();
    }

    private void drop(Path file) throws IOException {
        Files.move(file, hub.data().resolve("drop").resolve(file.getFileName()));
    }

    private Path dropped(Path file, String mark) {
        return hub.data().resolve("drop").resolve(file.getFileName() + mark);
    }

    /** The plugin of the archive under another version, as a package. */
    private Path packed(String version) throws Exception {
        var jar = folder.resolve(PLUGIN + ".jar");
        try (var in = new JarInputStream(Files.newInputStream(archived()))) {
            var manifest = in.getManifest();
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
                for (var entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    in.transferTo(out);
                }
            }
        }
        run("plugin", "pack", "--bundle", jar.toString(), "--out", folder.toString());
        return folder.resolve(PLUGIN + "-" + version + ".animus");
    }

    private Path archived() throws IOException {
        try (var files = Files.walk(hub.home().resolve("system"))) {
            return files.filter(file -> file.getFileName().toString().matches(PLUGIN + "-.*\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private String run(String... arguments) throws Exception {
        var ended = hub.animus(arguments);
        assertThat(ended.exitCode()).as(ended.out() + ended.err()).isZero();
        return ended.out();
    }
}
