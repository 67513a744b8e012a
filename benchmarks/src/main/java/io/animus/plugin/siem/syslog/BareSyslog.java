package io.animus.plugin.siem.syslog;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.animus.api.audit.AuditEntry;
import io.animus.api.plugin.PluginRoutes;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.Map;

/** The syslog plugin without a framework around it, and its messages without the plugin. */
public final class BareSyslog {
    private static final SyslogMessage MESSAGE =
            new SyslogMessage(Format.CLOUDEVENTS, 13, "bench", 32_473, URI.create("urn:animus:hub"));

    private BareSyslog() {}

    /** A sink that trusts the authority in this file. */
    public static SyslogAuditSink overTls(String host, int port, String authorities) {
        var settings = Map.<String, Object>of("host", host, "port", port, "ca__file", authorities, "hostname", "bench");
        return new SyslogAuditSink(config(settings), PluginRoutes::start);
    }

    /** What the sink sends for this entry, with the count of octets before it. */
    public static byte[] frame(AuditEntry entry) {
        var message = MESSAGE.of(entry);
        var count = (message.length + " ").getBytes(US_ASCII);
        var frame = new byte[count.length + message.length];
        System.arraycopy(count, 0, frame, 0, count.length);
        System.arraycopy(message, 0, frame, count.length, message.length);
        return frame;
    }

    private static SyslogAuditSink.Config config(Map<String, Object> settings) {
        return (SyslogAuditSink.Config) Proxy.newProxyInstance(
                BareSyslog.class.getClassLoader(),
                new Class<?>[] {SyslogAuditSink.Config.class},
                (proxy, member, arguments) -> member.getName().equals("annotationType")
                        ? Annotation.class
                        : settings.getOrDefault(member.getName(), member.getDefaultValue()));
    }
}
