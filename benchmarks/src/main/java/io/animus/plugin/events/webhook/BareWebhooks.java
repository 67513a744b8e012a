package io.animus.plugin.events.webhook;

import io.animus.api.plugin.PluginRoutes;
import io.animus.api.plugin.egress.EgressGuard;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** The webhook plugin without a framework around it, free to go to receivers on 127.0.0.1 in plain http. */
public final class BareWebhooks {
    /** The one secret that it knows. */
    public static final String SECRET = "bench";

    private BareWebhooks() {}

    /** @param hosts {@code host:port} of receivers */
    public static WebhookEventPublisher to(Path folder, List<String> hosts) throws IOException {
        var secret = folder.resolve(SECRET);
        Files.writeString(secret, "whsec_" + Base64.getEncoder().encodeToString(new byte[32]));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        var settings = Map.<String, Object>of(
                "secrets__directory", folder.toString(), "insecure__hosts", hosts.toArray(String[]::new));
        return new WebhookEventPublisher(config(settings), new EgressGuard(List.of("127.0.0.1")), PluginRoutes::start);
    }

    private static WebhookEventPublisher.Config config(Map<String, Object> settings) {
        return (WebhookEventPublisher.Config) Proxy.newProxyInstance(
                BareWebhooks.class.getClassLoader(),
                new Class<?>[] {WebhookEventPublisher.Config.class},
                (proxy, member, arguments) -> member.getName().equals("annotationType")
                        ? Annotation.class
                        : settings.getOrDefault(member.getName(), member.getDefaultValue()));
    }
}
