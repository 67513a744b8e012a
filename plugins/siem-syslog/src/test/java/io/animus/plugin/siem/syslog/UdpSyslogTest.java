package io.animus.plugin.siem.syslog;

import io.animus.api.audit.AuditSink;
import io.animus.api.tck.AuditSinkContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A real rsyslog over UDP. */
class UdpSyslogTest implements AuditSinkContract {
    @TempDir
    Path folder;

    private RealSyslog rsyslog;
    private SyslogAuditSink sink;

    @BeforeEach
    void start() throws Exception {
        rsyslog = RealSyslog.udp(folder);
        sink = Sinks.local("udp", rsyslog.port(), Map.of());
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
