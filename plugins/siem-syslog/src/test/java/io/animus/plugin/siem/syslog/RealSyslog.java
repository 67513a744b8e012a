package io.animus.plugin.siem.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.animus.api.tck.TlsCertificates;
import io.animus.api.tck.TlsCertificates.Shown;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Debian's rsyslog on one port that stays the same, with everything that it received in a file, a JSON object a line. */
final class RealSyslog implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final boolean isUdp;
    private final int port;
    private Process process;

    /** Over UDP. */
    static RealSyslog udp(Path folder) throws IOException {
        return new RealSyslog(folder, true, "", "module(load=\"imudp\")", "imudp\" rcvbufSize=\"16m");
    }

    /** Over TCP. */
    static RealSyslog tcp(Path folder) throws IOException {
        return new RealSyslog(folder, false, "", "module(load=\"imtcp\")", "imtcp");
    }

    /** Over TLS 1.2 at most, which is all that GnuTLS gives rsyslog. @param peer the name that a client's certificate must have; empty if none is asked for */
    static RealSyslog tls(Path folder, TlsCertificates certificates, Shown shown, String peer) throws IOException {
        return tls(folder, certificates, shown, peer, "gtls", "");
    }

    /** Over TLS 1.3 and no other, by OpenSSL. @param peer as above */
    static RealSyslog tls13(Path folder, TlsCertificates certificates, Shown shown, String peer) throws IOException {
        return tls(folder, certificates, shown, peer, "ossl", " gnutlsPriorityString=\"Protocol=-ALL,TLSv1.3\"");
    }

    private static RealSyslog tls(
            Path folder, TlsCertificates certificates, Shown shown, String peer, String driver, String protocols)
            throws IOException {
        var network =
                """
                defaultNetstreamDriver="%s" defaultNetstreamDriverCAFile="%s"
                defaultNetstreamDriverCertFile="%s" defaultNetstreamDriverKeyFile="%s\""""
                        .formatted(
                                driver,
                                certificates.authority(),
                                certificates.certificate(shown),
                                certificates.key(shown));
        var mode = peer.isEmpty() ? "authMode=\"anon\"" : "authMode=\"x509/name\" permittedPeer=[\"" + peer + "\"]";
        return new RealSyslog(
                folder,
                false,
                network,
                "module(load=\"imtcp\" streamDriver.name=\"" + driver + "\" streamDriver.mode=\"1\" streamDriver."
                        + mode + protocols + ")",
                "imtcp");
    }

    private RealSyslog(Path folder, boolean isUdp, String driver, String module, String input) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.isUdp = isUdp;
        this.port = freePort();
        Files.writeString(
                folder.resolve("rsyslog.conf"),
                """
                global(workDirectory="%1$s" maxMessageSize="128k" net.enableDNS="off" processInternalMessages="on" %2$s)
                %3$s
                template(name="all" type="list") {
                  constant(value="{") property(name="pri" format="jsonf" outname="pri")
                  constant(value=",") property(name="timereported" dateFormat="rfc3339" format="jsonf" outname="time")
                  constant(value=",") property(name="hostname" format="jsonf" outname="host")
                  constant(value=",") property(name="app-name" format="jsonf" outname="app")
                  constant(value=",") property(name="procid" format="jsonf" outname="process")
                  constant(value=",") property(name="msgid" format="jsonf" outname="id")
                  constant(value=",") property(name="structured-data" format="jsonf" outname="data")
                  constant(value=",") property(name="msg" format="jsonf" outname="msg") constant(value="}\\n")
                }
                ruleset(name="received") {
                  action(type="omfile" file="%1$s/received" template="all" flushOnTXEnd="on")
                }
                input(type="%4$s" address="127.0.0.1" port="%5$d" ruleset="received")
                syslog.* action(type="omfile" file="%1$s/own.log")
                """
                        .formatted(folder, driver, module, input, port));
        start();
    }

    int port() {
        return port;
    }

    /** Starts it again at the same port, and waits until it listens. */
    void start() throws IOException {
        process = new ProcessBuilder(
                        "rsyslogd", "-n", "-f", folder.resolve("rsyslog.conf").toString(), "-i", "NONE")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("console.log").toFile()))
                .start();
        var deadline = System.nanoTime() + SECONDS.toNanos(30);
        while (System.nanoTime() < deadline && process.isAlive()) {
            if (listens()) {
                return;
            }
            Thread.onSpinWait();
        }
        close();
        throw new IOException("rsyslog doesn't come up: " + Files.readString(folder.resolve("console.log")));
    }

    /** Ends it without a goodbye. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** What it received, once there are at least {@code count} or none came for two seconds. */
    List<JsonNode> received(int count) throws IOException {
        var quiet = System.nanoTime() + SECONDS.toNanos(2);
        var before = 0;
        while (true) {
            var lines = lines("received");
            if (lines.size() >= count || System.nanoTime() > quiet) {
                var parsed = new ArrayList<JsonNode>();
                for (var line : lines) {
                    parsed.add(JSON.readTree(line));
                }
                return parsed;
            }
            if (lines.size() > before) {
                before = lines.size();
                quiet = System.nanoTime() + SECONDS.toNanos(2);
            }
            Thread.onSpinWait();
        }
    }

    /** What it says of itself. */
    List<String> own() throws IOException {
        return lines("own.log");
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }

    private List<String> lines(String file) throws IOException {
        var path = folder.resolve(file);
        var text = Files.exists(path) ? Files.readString(path, UTF_8) : "";
        // A line that is just being written is none yet.
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    private boolean listens() throws IOException {
        if (isUdp) {
            return Files.readString(Path.of("/proc/net/udp")).contains(":%04X ".formatted(port));
        }
        return Files.readString(Path.of("/proc/net/tcp")).contains("0100007F:%04X 00000000:0000 0A".formatted(port));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
