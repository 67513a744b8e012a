package io.animus.itests.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What starts with a hub and what doesn't: somebody has changed two plugins in its cache, and two people let in what nobody signed, until
 * one of them says otherwise. One hub for all of that, which is started three times.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ChangedPluginIT {
    private static final Pattern KEY = Pattern.compile("ank_\\S{43,}");
    private static final String UNSIGNED = "acme-siem-webhook";

    @TempDir
    private static Path folder;

    private static UnpackedHub hub;
    private static DatagramSocket sink;
    private static RestClient admin;
    private static RestClient officer;
    private static final List<String> SENT = new ArrayList<>();

    @BeforeAll
    static void startOnce() throws Exception {
        sink = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        sink.setSoTimeout((int) Patience.USUAL.toMillis());
        hub = UnpackedHub.freshIn(folder);
        configure("siem.syslog-it", "host = 127.0.0.1\ntransport = udp\nport = " + sink.getLocalPort() + "\n");
        configure("executor.container-it", "socket = /nowhere.sock\n");
        var key = KEY.matcher(start());
        assertThat(key.find()).isTrue();
        admin = new RestClient(URI.create("http://127.0.0.1:" + hub.port()), key.group());
        officer = officer();
        Patience.untilTrue(
                "storage is well",
                () -> check("storage").path("status").asText().equals("OK"));
        letInWhatNobodySigned();
        assertThat(hub.animus("stop").exitCode()).isZero();

        flip(cached("animus-storage-filesystem").resolve("bundle.jar"));
        flip(cached("animus-executor-container").resolve("bundle.jar-embedded/lib/jetty-client.jar"));
        start();
    }

    @AfterAll
    static void stop() {
        hub.close();
        sink.close();
    }

    @Test
    @Order(1)
    void aFlippedByteKeepsThatPluginAwayAndNothingElse() throws Exception {
        assertThat(check("storage").path("status").asText()).isEqualTo("DOWN");
        assertThat(check("database").path("status").asText()).isEqualTo("OK");
        assertThat(state("animus-storage-filesystem")).isEqualTo("stopped");
        assertThat(state("animus-siem-syslog")).isEqualTo("active");
        assertThat(sent("plugin.refused", "animus-storage-filesystem")).contains("is not the one of the archive");
        assertThat(admin.get("/api/v1/projects").status()).isEqualTo(200);
    }

    @Test
    @Order(2)
    void aFlippedByteInAnUnpackedJarDoesToo() throws Exception {
        assertThat(state("animus-executor-container")).isEqualTo("stopped");
        assertThat(sent("plugin.refused", "animus-executor-container")).contains("jetty-client.jar");
    }

    @Test
    @Order(3)
    void whatTwoDecidedHoldsAfterAStartAndWhatOneTookBackDoesToo() throws Exception {
        assertThat(mode()).isEqualTo("warn");
        Patience.untilTrue(
                "it starts once the database says so", () -> state(UNSIGNED).equals("active"));
        var digest = admin.get("/api/v1/plugins/" + UNSIGNED)
                .ok()
                .path("packageDigest")
                .asText();
        assertThat(sent("plugin.admitted", UNSIGNED)).contains("It is not signed", "warn", digest);

        admin.post("/api/v1/trust/mode:enforce", "{'reason':'it is time'}").ok();
        assertThat(state(UNSIGNED)).as("nothing is stopped").isEqualTo("active");
        assertThat(hub.animus("stop").exitCode()).isZero();
        start();

        assertThat(mode()).isEqualTo("enforce");
        assertThat(sent("plugin.refused", UNSIGNED)).contains("It is not signed", digest);
        assertThat(state(UNSIGNED)).isEqualTo("stopped");
        var enabled = admin.post("/api/v1/plugins/" + UNSIGNED + ":enable", "key-enable-1", MissingNode.getInstance());
        assertThat(enabled.status()).isEqualTo(409);
        assertThat(enabled.response().body()).contains("It is not signed");
        assertThat(state(UNSIGNED)).isEqualTo("stopped");
        assertThat(check("database").path("status").asText()).isEqualTo("OK");
    }

    /** Somebody else than the administrator, who may confirm what that one proposes. */
    private static RestClient officer() throws Exception {
        admin.post(
                        "/api/v1/service-accounts",
                        "{'name':'officer','description':'o','systemRoles':['security-officer']}")
                .ok();
        var made = admin.post("/api/v1/service-accounts/officer/keys", "{'description':'o','ttlSeconds':3600}")
                .ok();
        return admin.as(made.path("secret").asText());
    }

    private static void letInWhatNobodySigned() throws Exception {
        var proposed = admin.post("/api/v1/trust/mode:propose", "{'mode':'warn','reason':'not signed yet'}")
                .ok();
        officer.post(
                        "/api/v1/trust/mode:confirm",
                        "{'proposal':'%s'}",
                        proposed.at("/proposal/id").asText())
                .ok();
        var plugin = RenamedPlugin.packed(hub, folder, "animus-siem-webhook", UNSIGNED, "1.0.0");
        admin.send(admin.request("/api/v1/plugins:install?consent=" + RenamedPlugin.permissions(hub, plugin))
                        .header("Content-Type", "application/vnd.animus.plugin")
                        .POST(BodyPublishers.ofFile(plugin)))
                .ok();
        assertThat(sent("plugin.installed", UNSIGNED)).contains("It is not signed");
    }

    private static String mode() throws Exception {
        return admin.get("/api/v1/trust/mode").ok().path("mode").asText();
    }

    /** The newest of what the audit log says of it, as a sink gets it. */
    private static String sent(String action, String plugin) throws IOException {
        for (; ; ) {
            for (var message : SENT) {
                if (message.contains(action) && message.contains(plugin)) {
                    SENT.remove(message);
                    return message;
                }
            }
            var packet = new DatagramPacket(new byte[1 << 16], 1 << 16);
            sink.receive(packet);
            SENT.add(new String(packet.getData(), 0, packet.getLength(), UTF_8));
        }
    }

    private static void configure(String plugin, String content) throws IOException {
        Files.writeString(hub.home().resolve("etc/io.animus.plugin." + plugin + ".cfg"), content);
    }

    private static String start() throws Exception {
        var started = hub.animus("start");
        assertThat(started.exitCode()).as(started.out() + started.err()).isZero();
        return started.out();
    }

    private static JsonNode check(String name) throws Exception {
        for (var check : admin.get("/readyz").json().path("checks")) {
            if (check.path("name").asText().equals(name)) {
                return check;
            }
        }
        throw new AssertionError("no check of " + name);
    }

    private static String state(String plugin) throws Exception {
        return admin.get("/api/v1/plugins/" + plugin).ok().path("state").asText();
    }

    private static Path cached(String symbolicName) throws IOException {
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
