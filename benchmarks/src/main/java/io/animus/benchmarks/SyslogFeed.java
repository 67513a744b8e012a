package io.animus.benchmarks;

import io.animus.api.plugin.TrustedAuthorities;
import io.animus.api.tck.AuditSinkContract;
import io.animus.api.tck.TlsCertificates;
import io.animus.kernel.core.BareFeeds;
import io.animus.plugin.siem.syslog.BareSyslog;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.List;

/**
 * How fast the audit log goes to a real rsyslog over TLS, out of the database and with a cursor in it, beside a loop that has
 * the messages ready and only writes them to a socket. What is measured is a backlog, as it is after an outage, with the last
 * entries again; both end when the last message is in rsyslog's file.
 */
final class SyslogFeed implements Benchmark {
    private static final String HOST = "127.0.0.1";

    @Override
    public String name() {
        return "siem-syslog";
    }

    @Override
    public String obstacle(Setting setting) {
        return Files.isExecutable(SyslogServer.PROGRAM) ? "" : "rsyslog and rsyslog-gnutls aren't installed";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var count = setting.pick(50_000, 2_000);
        try (var bed = new Bed(setting, name());
                var server = new SyslogServer(bed.folder(), TlsCertificates.in(bed.folder()))) {
            var authorities = bed.folder().resolve("authority.pem").toString();
            var sink = BareSyslog.overTls(HOST, server.port(), authorities);
            var frames = AuditSinkContract.entries(0, 1_000).stream()
                    .map(BareSyslog::frame)
                    .toList();
            var context = TrustedAuthorities.of(authorities).context();
            var meter = new Meter(Cpu.ofThisProcess(), bed.cpu());
            try (var feeds = new BareFeeds(bed.access(), "syslog.default", sink);
                    var socket = context.getSocketFactory().createSocket(HOST, server.port())) {
                var out = socket.getOutputStream();
                var series = Series.interleaved(
                        setting.warmUps(),
                        setting.rounds(),
                        () -> {
                            feeds.record(count);
                            var load = meter.measure(() -> {
                                var fed = feeds.plug();
                                server.await(fed);
                                feeds.awaitSettled();
                                return fed;
                            });
                            feeds.unplug();
                            return load;
                        },
                        () -> meter.measure(() -> {
                            for (var i = 0; i < count; i++) {
                                out.write(frames.get(i % frames.size()));
                            }
                            out.flush();
                            server.await(count);
                            return count;
                        }));
                return List.of(
                        Finding.rate(
                                name(),
                                "audit log to rsyslog over TLS, cursor durable",
                                "a bare socket loop into the same rsyslog",
                                series,
                                Goal.atLeast(0.5, Goal.RATIO)),
                        Finding.value(
                                name(),
                                "a backlog drains",
                                series.ofOurs(Load::perSecond),
                                "/s",
                                Goal.atLeast(20_000, "/s")));
            } finally {
                sink.close();
            }
        }
    }
}
