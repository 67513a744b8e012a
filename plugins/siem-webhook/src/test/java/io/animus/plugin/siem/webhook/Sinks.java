package io.animus.plugin.siem.webhook;

import io.animus.api.plugin.PluginRoutes;
import io.animus.api.plugin.egress.EgressGuard;
import io.animus.api.tck.TlsCertificates;
import io.animus.api.tck.WebhookReceiver;
import io.animus.api.types.Json;
import io.animus.plugin.siem.webhook.WebhookAuditSink.Config;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Sinks with the configuration that Declarative Services would give them. */
final class Sinks {
    private Sinks() {}

    /** @param settings by member of {@link Config}; all others as they are by default */
    static WebhookAuditSink of(Map<String, Object> settings) {
        var config = config(settings);
        return new WebhookAuditSink(config, new EgressGuard(List.of(config.allowed__hosts())), PluginRoutes::start);
    }

    /** To a receiver on 127.0.0.1. */
    static WebhookAuditSink local(Path folder, TlsCertificates certificates, URI url, Map<String, Object> more)
            throws IOException {
        var settings = new HashMap<String, Object>(Map.of(
                "url",
                url.toString(),
                "secret__file",
                secret(folder).toString(),
                "allowed__hosts",
                new String[] {"127.0.0.1"},
                "ca__file",
                certificates.authority().toString(),
                "connect__timeout__ms",
                2_000,
                "answer__timeout__ms",
                1_000));
        settings.putAll(more);
        return of(settings);
    }

    /** The indexes of the leaves in all messages, in the order of arrival. */
    static List<Long> indexes(WebhookReceiver receiver) {
        return receiver.received().stream()
                .filter(WebhookReceiver.Received::isSigned)
                .flatMap(message -> events(message).map(Sinks::index))
                .toList();
    }

    /** The events of a message, which is one or an array. */
    static Stream<Json.Members> events(WebhookReceiver.Received message) {
        var json = Json.read(message.body());
        return json instanceof Json.Sequence many
                ? many.items().stream().map(Json.Members.class::cast)
                : Stream.of((Json.Members) json);
    }

    private static long index(Json.Members event) {
        return Long.parseLong(
                event.find("leafindex").map(Json.Text.class::cast).orElseThrow().value());
    }

    private static Path secret(Path folder) throws IOException {
        var file = folder.resolve("secret");
        Files.writeString(file, WebhookReceiver.SECRET);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static Config config(Map<String, Object> settings) {
        return (Config) Proxy.newProxyInstance(
                Sinks.class.getClassLoader(),
                new Class<?>[] {Config.class},
                (proxy, member, arguments) -> member.getName().equals("annotationType")
                        ? Annotation.class
                        : settings.getOrDefault(member.getName(), member.getDefaultValue()));
    }
}
