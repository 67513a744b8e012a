package io.animus.plugin.siem.syslog;

import io.animus.api.plugin.TrustedAuthorities;
import io.animus.api.plugin.egress.SecretFile;
import io.animus.api.plugin.egress.Wire;
import io.animus.plugin.siem.syslog.SyslogAuditSink.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A receiver as it is configured.
 *
 * @param place names it in messages
 */
record Transport(String place, Receiver receiver) {
    /** Those of TLS 1.3, and of TLS 1.2 what RFC 9662 makes mandatory and its like with other certificates and key sizes. */
    private static final List<String> SUITES = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");

    private static final int TLS_PORT = 6514;
    private static final int PLAIN_PORT = 514;

    static Transport of(Config config) {
        var host = config.host();
        if (host.isEmpty()) {
            throw new IllegalArgumentException("host is empty: name the receiver");
        }
        var isTls = config.transport().equals("tls");
        var port = config.port() != 0 ? config.port() : isTls ? TLS_PORT : PLAIN_PORT;
        var place = "syslog receiver " + host + ":" + port;
        return switch (config.transport()) {
            case "udp" -> new Transport(place, new DatagramReceiver(host, port));
            case "tcp" -> new Transport(place, stream(config, port, null));
            case "tls" -> new Transport(place, stream(config, port, tls(config)));
            default ->
                throw new IllegalArgumentException("transport is one of tls, tcp, udp, not " + config.transport());
        };
    }

    private static Receiver stream(Config config, int port, @Nullable Supplier<Wire.Tls> tls) {
        return new StreamReceiver(
                config.host(),
                port,
                tls,
                Duration.ofMillis(config.connect__timeout__ms()),
                Duration.ofMillis(config.write__timeout__ms()));
    }

    private static Supplier<Wire.Tls> tls(Config config) {
        var authorities = TrustedAuthorities.of(config.ca__file());
        if (config.client__certificate__file().isEmpty()
                != config.client__key__file().isEmpty()) {
            throw new IllegalArgumentException("client_certificate_file and client_key_file go together");
        }
        var shown = config.client__certificate__file().isEmpty()
                ? null
                : new ClientCertificate(
                        Path.of(config.client__certificate__file()),
                        new SecretFile(Path.of(config.client__key__file())));
        return () -> new Wire.Tls(ClientCertificate.context(authorities, shown), config.host(), SUITES);
    }
}
