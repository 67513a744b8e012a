package io.animus.plugin.siem.syslog;

import static io.animus.api.tck.AuditSinkContract.entries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.animus.api.tck.TlsCertificates;
import io.animus.api.tck.TlsCertificates.Shown;
import io.animus.api.tck.TlsContract;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One rsyslog for each certificate, good or bad, and others that want one of the hub. */
class TlsSyslogCertificatesTest implements TlsContract {
    @TempDir
    static Path shared;

    private static TlsCertificates certificates;
    private static final Map<Shown, RealSyslog> RECEIVERS = new EnumMap<>(Shown.class);

    @BeforeAll
    static void serve() throws Exception {
        certificates = TlsCertificates.in(shared);
        for (var shown : Shown.values()) {
            RECEIVERS.put(shown, RealSyslog.tls(shared.resolve(shown.name()), certificates, shown, ""));
        }
    }

    @AfterAll
    static void stopServing() {
        RECEIVERS.values().forEach(RealSyslog::close);
    }

    @Override
    public TlsCertificates certificates() {
        return certificates;
    }

    @Override
    public long failedHandshakes(Shown shown) throws IOException {
        return RECEIVERS.get(shown).own().stream()
                .filter(line -> line.contains("rsyslogd-2083"))
                .count();
    }

    @Override
    public void call(Shown shown, String authorities) {
        send(RECEIVERS.get(shown).port(), Map.of("ca__file", authorities));
    }

    @Test
    void saysWhatToDoWhenAReceiverWithGnuTlsWantsACertificate() throws Exception {
        try (var strict = RealSyslog.tls(shared.resolve("strict"), certificates, Shown.GOOD, "misnamed")) {
            assertSaysWhatToDo(strict);
        }
    }

    @Test
    void saysWhatToDoWhenAReceiverWithOpenSslWantsACertificate() throws Exception {
        try (var strict = RealSyslog.tls13(shared.resolve("strict13"), certificates, Shown.GOOD, "misnamed")) {
            assertSaysWhatToDo(strict);
        }
    }

    /** Often, because it depends on who is faster in what way the connection ends. */
    private static void assertSaysWhatToDo(RealSyslog strict) throws IOException {
        var trusting =
                Map.<String, Object>of("ca__file", certificates.authority().toString());
        for (var settings : List.of(trusting, shows(Shown.EXPIRED))) {
            for (var time = 0; time < 20; time++) {
                assertThatThrownBy(() -> send(strict.port(), settings))
                        .isInstanceOf(ExternalSystemException.class)
                        .hasMessageContaining("client_certificate_file");
            }
        }
        assertThat(strict.received(1)).isEmpty();
    }

    @Test
    void takesNoKeyThatOthersMayRead() throws Exception {
        var open = Files.copy(certificates.key(Shown.GOOD), shared.resolve("open.key"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> send(
                        RECEIVERS.get(Shown.GOOD).port(),
                        Map.of(
                                "ca__file", certificates.authority().toString(),
                                "client__certificate__file",
                                        certificates.certificate(Shown.GOOD).toString(),
                                "client__key__file", open.toString())))
                .isInstanceOfSatisfying(ExternalSystemException.class, e -> assertThat(e.reason())
                        .isEqualTo(Reason.DENIED))
                .hasMessageContaining("mode 0600");
    }

    @Test
    void offersNoCipherSuiteThatTheRfcsForbid() throws Exception {
        var port = freePort();
        var server = new ProcessBuilder(
                        "openssl",
                        "s_server",
                        "-accept",
                        "127.0.0.1:" + port,
                        "-tls1_2",
                        "-cipher",
                        "ECDHE-ECDSA-AES128-SHA256:AES128-SHA256",
                        "-cert",
                        certificates.certificate(Shown.GOOD).toString(),
                        "-key",
                        certificates.key(Shown.GOOD).toString())
                .redirectErrorStream(true)
                .redirectOutput(shared.resolve("s_server.log").toFile())
                .start();
        try {
            var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (!Files.readString(shared.resolve("s_server.log")).contains("ACCEPT")) {
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
            assertThatThrownBy(() -> send(port, shows(Shown.GOOD)))
                    .isInstanceOf(ExternalSystemException.class)
                    .hasMessageContaining("don't agree on TLS");
        } finally {
            server.destroy();
            server.onExit().join();
        }
    }

    private static Map<String, Object> shows(Shown shown) {
        return Map.of(
                "ca__file", certificates.authority().toString(),
                "client__certificate__file", certificates.certificate(shown).toString(),
                "client__key__file", certificates.key(shown).toString());
    }

    private static void send(int port, Map<String, Object> settings) {
        var sink = Sinks.local("tls", port, settings);
        try {
            sink.deliver(entries(0, 1));
        } finally {
            sink.close();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
