package io.animus.itests.process;

import static io.animus.itests.process.CuriousPlugin.LOOKED_UP;
import static io.animus.itests.process.CuriousPlugin.NAMED;
import static io.animus.itests.process.CuriousPlugin.REFERENCED;
import static io.animus.itests.process.CuriousPlugin.TRACKED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.animus.api.plugin.Plugin;
import java.io.ByteArrayInputStream;
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
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * A plugin looks up, tracks, refers to and registers services that its permissions don't name, and another one allocates without
 * end. One hub for both, which ends in the second test.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CuriousPluginIT {
    private static final Pattern KEY = Pattern.compile("ank_\\S{43,}");
    private static final Pattern ASKS_FOR = Pattern.compile("(?m)^asks for (\\S+)$");

    @TempDir
    private static Path folder;

    private static UnpackedHub hub;
    private static DatagramSocket sink;
    private static RestClient admin;

    @BeforeAll
    static void start() throws Exception {
        sink = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        sink.setSoTimeout((int) Patience.USUAL.toMillis());
        hub = UnpackedHub.freshIn(folder);
        configure("plugin.siem.syslog-it", "host = 127.0.0.1\ntransport = udp\nport = " + sink.getLocalPort() + "\n");
        configure("plugins.trust", "mode = warn\ndevelopment = true\n");
        var started = hub.animus("start");
        var key = KEY.matcher(started.out());
        assertThat(key.find()).as(started.out() + started.err()).isTrue();
        admin = new RestClient(URI.create("http://127.0.0.1:" + hub.port()), key.group());
    }

    @AfterAll
    static void stop() throws IOException {
        hub.close();
        sink.close();
        // The database outlives a hub that ended by itself, for the next start.
        var postmaster = hub.data().resolve("postgres/data/postmaster.pid");
        if (Files.exists(postmaster)) {
            ProcessHandle.of(Long.parseLong(Files.readAllLines(postmaster).get(0)))
                    .ifPresent(ProcessHandle::destroy);
        }
    }

    @Test
    @Order(1)
    void itSeesNothingIsNotSeenAndTheAuditLogSaysSo() throws Exception {
        install(written());
        // What the hub says of itself may be two seconds old.
        Patience.untilTrue(
                "the hub says what lets the plugin in",
                () -> admin.get("/readyz").ok().toString().contains("etc/io.animus.plugins.trust.cfg lets plugins in"));
        Patience.untilTrue("its component works", () -> noted().contains("component free"));
        // What is tracked comes anew.
        admin.post("/api/v1/plugins/animus-storage-filesystem:disable", "key-disable-1", MissingNode.getInstance())
                .ok();
        admin.post("/api/v1/plugins/animus-storage-filesystem:enable", "key-enable-1", MissingNode.getInstance())
                .ok();

        // However often: Karaf registers its service anew when its own settings come.
        assertThat(noted()).containsOnly("looked up " + NAMED, "tracked " + NAMED, "component free");
        var wanted = List.of(LOOKED_UP, TRACKED, REFERENCED, Plugin.class.getName());
        var denials = new ArrayList<String>();
        var missing = new TreeSet<>(wanted);
        Patience.untilTrue("the audit log has the denials", () -> {
            var message = receive();
            if (message.contains("service.denied")) {
                denials.add(message);
                missing.removeIf(message::contains);
            }
            return missing.isEmpty();
        });
        assertThat(denials).hasSameSizeAs(wanted).allMatch(message -> message.contains("curious-plugin"));
        var shown = admin.get("/api/v1/plugins/curious-plugin").ok();
        assertThat(shown.path("state").asText()).isEqualTo("active");
        assertThat(shown.path("instances")).isEmpty();
        assertThat(log())
                .contains(
                        "curious-plugin 1.0.0 asked for " + LOOKED_UP,
                        "curious-plugin 1.0.0 registered " + Plugin.class.getName());
    }

    @Test
    @Order(2)
    void whoAllocatesWithoutEndIsCutOffWhereItHeedsThatAndNamedInAnyCase() throws Exception {
        install(hungry());
        var told = Files.createFile(hub.data().resolve("hungry"));

        // On a busy machine the two seconds that it has for an answer may not be enough to fill the memory.
        Patience.untilTrue("it is cut off", () -> admin.get("/api/v1/plugins/hungry-plugin")
                .ok()
                .at("/instances/0/reason")
                .asText()
                .matches(".*scm/hungry/default gets no more calls: it allocated .* while memory was short\\..*"));
        Files.delete(told);
        Patience.untilTrue("the audit log has it", () -> {
            var message = receive();
            return message.contains("plugin.suspended") && message.contains("hungry-plugin");
        });
        assertThat(log())
                .containsPattern(
                        "Memory is short: .*scm/hungry/default \\(health\\) allocated \\d+ MB in .*HungryPlugin.health")
                .contains("scm/hungry/default gets no more calls");
        Patience.untilTrue(
                "the hub says it of itself",
                () -> admin.get("/readyz").ok().toString().contains("scm/hungry/default gets no more calls"));
        assertThat(admin.get("/api/v1/projects").status()).isEqualTo(200);

        for (var step : List.of("disable", "enable")) {
            admin.post("/api/v1/plugins/hungry-plugin:" + step, "key-" + step, MissingNode.getInstance())
                    .ok();
        }
        var before = log().length();
        var process = hub.process();
        Files.createFile(hub.data().resolve("greedy"));
        try {
            admin.get("/api/v1/plugins/hungry-plugin");
        } catch (IOException e) {
            // It may end before it answers.
        }
        Patience.untilTrue("the hub has ended", () -> !process.isAlive());
        assertThat(log().substring(before)).contains("scm/hungry/default (health) allocated ");
    }

    private static void install(Path jar) throws Exception {
        var packed = hub.animus("plugin", "pack", "--bundle", jar.toString(), "--out", folder.toString());
        assertThat(packed.exitCode()).as(packed.out() + packed.err()).isZero();
        var plugin = folder.resolve(jar.getFileName().toString().replace(".jar", ".animus"));
        var asks =
                ASKS_FOR.matcher(hub.animus("plugin", "show", plugin.toString()).out());
        assertThat(asks.find()).isTrue();
        admin.send(admin.request("/api/v1/plugins:install?consent=" + asks.group(1))
                        .header("Content-Type", "application/vnd.animus.plugin")
                        .POST(BodyPublishers.ofFile(plugin)))
                .ok();
    }

    private static Path hungry() throws IOException {
        var manifest =
                """
                Manifest-Version: 1.0
                Bundle-ManifestVersion: 2
                Bundle-SymbolicName: hungry-plugin
                Bundle-Version: 1.0.0
                Bundle-Activator: %s
                Provide-Capability: animus.plugin;port=scm;technology=hungry
                Import-Package: io.animus.api.plugin,io.animus.api.scm;version="[1.0,2)",
                 org.osgi.framework

                """
                        .formatted(HungryPlugin.class.getName());
        var jar = folder.resolve("hungry-plugin-1.0.0.jar");
        try (var out = new JarOutputStream(
                Files.newOutputStream(jar), new Manifest(new ByteArrayInputStream(manifest.getBytes(UTF_8))))) {
            entry(
                    out,
                    "OSGI-INF/animus/permissions.json",
                    """
                    {"business":{"audit":[],"data":[],"provides":["%s"],"sees":[]},"format":1,\
                    "technical":{"connects":[],"files":["data"],"processes":[],"secrets":[]}}"""
                            .formatted(Plugin.class.getName())
                            .getBytes(UTF_8));
            code(out, "HungryPlugin");
        }
        return jar;
    }

    private static Path written() throws IOException {
        var jar = folder.resolve("curious-plugin-1.0.0.jar");
        var manifest =
                """
                Manifest-Version: 1.0
                Bundle-ManifestVersion: 2
                Bundle-SymbolicName: curious-plugin
                Bundle-Version: 1.0.0
                Bundle-Activator: %s
                Provide-Capability: animus.plugin;port=scm;technology=curious
                Service-Component: OSGI-INF/free.xml,OSGI-INF/greedy.xml
                Import-Package: io.animus.api.plugin,io.animus.api.scm;version="[1.0,2)",
                 org.osgi.framework,org.osgi.util.tracker

                """
                        .formatted(CuriousPlugin.class.getName());
        try (var out = new JarOutputStream(
                Files.newOutputStream(jar), new Manifest(new ByteArrayInputStream(manifest.getBytes(UTF_8))))) {
            entry(
                    out,
                    "OSGI-INF/animus/permissions.json",
                    """
                    {"business":{"audit":[],"data":[],"provides":[],"sees":["%s"]},"format":1,\
                    "technical":{"connects":[],"files":["data"],"processes":[],"secrets":[]}}"""
                            .formatted(NAMED)
                            .getBytes(UTF_8));
            entry(out, "OSGI-INF/free.xml", component("free", ""));
            entry(
                    out,
                    "OSGI-INF/greedy.xml",
                    component("greedy", "<reference name=\"one\" interface=\"" + REFERENCED + "\"/>"));
            for (var type : List.of("CuriousPlugin", "CuriousPlugin$1", "CuriousPlugin$Part")) {
                code(out, type);
            }
        }
        return jar;
    }

    private static void code(JarOutputStream out, String type) throws IOException {
        try (var code = CuriousPlugin.class.getResourceAsStream(type + ".class")) {
            entry(out, "io/animus/itests/process/" + type + ".class", code.readAllBytes());
        }
    }

    private static byte[] component(String name, String reference) {
        return """
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.4.0" name="%s" immediate="true" activate="activate">
                  <implementation class="%s"/>%s
                </scr:component>
                """
                .formatted(name, CuriousPlugin.Part.class.getName(), reference)
                .getBytes(UTF_8);
    }

    private static void entry(JarOutputStream out, String name, byte[] content) throws IOException {
        out.putNextEntry(new JarEntry(name));
        out.write(content);
        out.closeEntry();
    }

    private static String log() throws IOException {
        return Files.readString(hub.data().resolve("log/animus.log"), UTF_8);
    }

    private static void configure(String pid, String content) throws IOException {
        Files.writeString(hub.home().resolve("etc/io.animus." + pid + ".cfg"), content);
    }

    /** What the plugin says that it got. */
    private static List<String> noted() throws IOException {
        var file = hub.data().resolve("curious");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static String receive() throws IOException {
        var packet = new DatagramPacket(new byte[1 << 16], 1 << 16);
        sink.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), UTF_8);
    }
}
