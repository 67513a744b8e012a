package io.animus.plugin.siem.syslog;

import io.animus.api.audit.AuditSink;
import io.animus.api.tck.AuditSinkContract;
import io.animus.api.tck.TlsCertificates;
import io.animus.api.tck.TlsCertificates.Shown;
import io.animus.api.types.ExternalSystemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A real rsyslog over TLS 1.3, which lets in who shows the right certificate only. */
class TlsSyslogTest implements AuditSinkContract {
    @TempDir
    static Path shared;

    private static TlsCertificates certificates;

    @TempDir
    Path folder;

    private RealSyslog rsyslog;
    private SyslogAuditSink sink;

    @BeforeAll
    static void certify() throws Exception {
        certificates = TlsCertificates.in(shared);
    }

    @BeforeEach
    void start() throws Exception {
        rsyslog = RealSyslog.tls13(folder, certificates, Shown.GOOD, "misnamed");
        sink = Sinks.local(
                "tls",
                rsyslog.port(),
                Map.of(
                        "ca__file",
                        certificates.authority().toString(),
                        "client__certificate__file",
                        certificates.certificate(Shown.MISNAMED).toString(),
                        "client__key__file",
                        certificates.key(Shown.MISNAMED).toString()));
        connect();
    }

    /**
     * rsyslog 8.2302 with OpenSSL now and then refuses a name that it permits: on a busy machine, one connection in fifty. A feed
     * tries again then.
     */
    private void connect() {
        var end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            try {
                sink.deliver(List.of());
                return;
            } catch (ExternalSystemException e) {
                if (System.nanoTime() > end || !e.getMessage().contains("hung up at the handshake")) {
                    throw e;
                }
            }
        }
    }

    @AfterEach
    void stop() {
        sink.close();
        rsyslog.close();
    }

    @Override
    public Set<Capability> lacks() {
        return Set.of(Capability.ACKNOWLEDGES);
    }

    @Override
    public AuditSink sink() {
        return sink;
    }

    @Override
    public List<Long> received(int count) {
        try {
            return Sinks.indexes(rsyslog.received(count));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stopReceiver() {
        rsyslog.kill();
    }

    @Override
    public void startReceiver() {
        try {
            rsyslog.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
