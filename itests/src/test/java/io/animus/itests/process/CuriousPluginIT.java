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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plugin looks up, tracks, refers to and registers services that its permissions don't name. */
class CuriousPluginIT {
    private static final Pattern KEY = Pattern.compile("ank_\\S{43,}");
    private static final Pattern ASKS_FOR = Pattern.compile("(?m)^asks for (\\S+)$");

    @TempDir
    Path folder;

    private UnpackedHub hub;
    private DatagramSocket sink;
    private RestClient admin;

    @BeforeEach
    void start() throws Exception {
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

    @AfterEach
    void stop() {
        hub.close();
        sink.close();
    }

    @Test
    void itSeesNothingIsNotSeenAndTheAuditLogSaysSo() throws Exception {
        install();
        assertThat(admin.get("/readyz").ok().toString()).contains("etc/io.animus.plugins.trust.cfg lets plugins in");
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
        assertThat(Files.readString(hub.data().resolve("log/animus.log"), UTF_8))
                .contains(
                        "curious-plugin 1.0.0 asked for " + LOOKED_UP,
                        "curious-plugin 1.0.0 registered " + Plugin.class.getName());
    }

    private void install() throws Exception {
        var jar = folder.resolve("curious-plugin-1.0.0.jar");
        write(jar);
        var packed = hub.animus("plugin", "pack", "--bundle", jar.toString(), "--out", folder.toString());
        assertThat(packed.exitCode()).as(packed.out() + packed.err()).isZero();
        var plugin = folder.resolve("curious-plugin-1.0.0.animus");
        var asks =
                ASKS_FOR.matcher(hub.animus("plugin", "show", plugin.toString()).out());
        assertThat(asks.find()).isTrue();
        admin.send(admin.request("/api/v1/plugins:install?consent=" + asks.group(1))
                        .header("Content-Type", "application/vnd.animus.plugin")
                        .POST(BodyPublishers.ofFile(plugin)))
                .ok();
    }

    private static void write(Path jar) throws IOException {
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
                try (var code = CuriousPlugin.class.getResourceAsStream(type + ".class")) {
                    entry(out, "io/animus/itests/process/" + type + ".class", code.readAllBytes());
                }
            }
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

    private void configure(String pid, String content) throws IOException {
        Files.writeString(hub.home().resolve("etc/io.animus." + pid + ".cfg"), content);
    }

    /** What the plugin says that it got. */
    private List<String> noted() throws IOException {
        var file = hub.data().resolve("curious");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private String receive() throws IOException {
        var packet = new DatagramPacket(new byte[1 << 16], 1 << 16);
        sink.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), UTF_8);
    }
}
