package io.animus.itests.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody changes a plugin in the hub's cache, and starts the hub. */
class ChangedPluginIT {
    private static final Pattern KEY = Pattern.compile("ank_\\S{43,}");

    @TempDir
    Path folder;

    private UnpackedHub hub;
    private DatagramSocket sink;
    private RestClient admin;

    @BeforeEach
    void startOnce() throws Exception {
        sink = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        sink.setSoTimeout((int) Patience.USUAL.toMillis());
        hub = UnpackedHub.freshIn(folder);
        configure("siem.syslog-it", "host = 127.0.0.1\ntransport = udp\nport = " + sink.getLocalPort() + "\n");
        configure("executor.container-it", "socket = /nowhere.sock\n");
        var key = KEY.matcher(start());
        assertThat(key.find()).isTrue();
        admin = new RestClient(URI.create("http://127.0.0.1:" + hub.port()), key.group());
        assertThat(check("storage").path("status").asText()).isEqualTo("OK");
        assertThat(hub.animus("stop").exitCode()).isZero();
    }

    @AfterEach
    void stop() {
        hub.close();
        sink.close();
    }

    @Test
    void aFlippedByteKeepsThatPluginAwayAndNothingElse() throws Exception {
        flip(cached("animus-storage-filesystem").resolve("bundle.jar"));

        start();

        assertThat(check("storage").path("status").asText()).isEqualTo("DOWN");
        assertThat(check("database").path("status").asText()).isEqualTo("OK");
        assertThat(state("animus-storage-filesystem")).isEqualTo("stopped");
        assertThat(state("animus-executor-container")).isEqualTo("active");
        assertThat(refused()).contains("animus-storage-filesystem", "is not the one of the archive");
        assertThat(admin.get("/api/v1/projects").status()).isEqualTo(200);
    }

    @Test
    void aFlippedByteInAnUnpackedJarDoesToo() throws Exception {
        flip(cached("animus-executor-container").resolve("bundle.jar-embedded/lib/jetty-client.jar"));

        start();

        assertThat(state("animus-executor-container")).isEqualTo("stopped");
        assertThat(refused()).contains("animus-executor-container", "jetty-client.jar");
        assertThat(check("storage").path("status").asText()).isEqualTo("OK");
    }

    private void configure(String plugin, String content) throws IOException {
        Files.writeString(hub.home().resolve("etc/io.animus.plugin." + plugin + ".cfg"), content);
    }

    private String start() throws Exception {
        var started = hub.animus("start");
        assertThat(started.exitCode()).as(started.out() + started.err()).isZero();
        return started.out();
    }

    private JsonNode check(String name) throws Exception {
        for (var check : admin.get("/readyz").json().path("checks")) {
            if (check.path("name").asText().equals(name)) {
                return check;
            }
        }
        throw new AssertionError("no check of " + name);
    }

    private String state(String plugin) throws Exception {
        return admin.get("/api/v1/plugins/" + plugin).ok().path("state").asText();
    }

    /** What the audit log says, as a sink gets it. */
    private String refused() throws IOException {
        var packet = new DatagramPacket(new byte[1 << 16], 1 << 16);
        for (; ; ) {
            sink.receive(packet);
            var message = new String(packet.getData(), 0, packet.getLength(), UTF_8);
            if (message.contains("plugin.refused")) {
                return message;
            }
        }
    }

    private Path cached(String symbolicName) throws IOException {
        try (var jars = Files.walk(hub.data().resolve("cache"))) {
            for (var jar : jars.filter(file -> file.endsWith("bundle.jar")).toList()) {
                try (var opened = new JarFile(jar.toFile())) {
                    var name = opened.getManifest().getMainAttributes().getValue("Bundle-SymbolicName");
                    if (symbolicName.equals(name)) {
                        return jar.getParent();
                    }
                }
            }
        }
        throw new AssertionError("not in the cache: " + symbolicName);
    }

    private static void flip(Path file) throws IOException {
        var bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }
}
