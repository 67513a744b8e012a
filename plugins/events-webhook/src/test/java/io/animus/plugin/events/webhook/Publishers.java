package io.animus.plugin.events.webhook;

import io.animus.api.plugin.PluginRoutes;
import io.animus.api.plugin.egress.EgressGuard;
import io.animus.api.tck.WebhookReceiver;
import io.animus.plugin.events.webhook.WebhookEventPublisher.Config;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Publishers with the configuration that Declarative Services would give them. */
final class Publishers {
    private Publishers() {}

    /** @param settings by member of {@link Config}; all others as they are by default */
    static WebhookEventPublisher of(Map<String, Object> settings) {
        var config = config(settings);
        return of(config, new EgressGuard(List.of(config.allowed__hosts())));
    }

    static WebhookEventPublisher of(Config config, EgressGuard guard) {
        return new WebhookEventPublisher(config, guard, PluginRoutes::start);
    }

    /** With the receiver's secret as {@code team}, and free to go to 127.0.0.1. */
    static Map<String, Object> local(Path folder, String authorities, Map<String, Object> more) throws IOException {
        var secrets = Files.createDirectories(folder.resolve("secrets"));
        secret(secrets.resolve("team"), WebhookReceiver.SECRET);
        var settings = new HashMap<String, Object>(Map.of(
                "secrets__directory",
                secrets.toString(),
                "allowed__hosts",
                new String[] {"127.0.0.1"},
                "ca__file",
                authorities));
        settings.putAll(more);
        return settings;
    }

    /** A file that nobody else may read. */
    static Path secret(Path file, String content) throws IOException {
        Files.writeString(file, content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    static Config config(Map<String, Object> settings) {
        return (Config) Proxy.newProxyInstance(
                Publishers.class.getClassLoader(),
                new Class<?>[] {Config.class},
                (proxy, member, arguments) -> member.getName().equals("annotationType")
                        ? Annotation.class
                        : settings.getOrDefault(member.getName(), member.getDefaultValue()));
    }
}
