package io.animus.plugin.siem.webhook;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.AuditSink;
import io.animus.api.audit.Receipt;
import io.animus.api.audit.format.CloudEvent;
import io.animus.api.plugin.LastCall;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.plugin.PluginRoutes;
import io.animus.api.plugin.TrustedAuthorities;
import io.animus.api.plugin.egress.EgressGuard;
import io.animus.api.plugin.egress.SecretFile;
import io.animus.api.plugin.egress.WebhookClient;
import io.animus.api.plugin.egress.WebhookKey;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Posts the audit log to one URL, signed, some entries with each message. */
@Component(
        service = {AuditSink.class, Plugin.class},
        configurationPid = "io.animus.plugin.siem.webhook",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = WebhookAuditSink.Config.class, factory = true)
public final class WebhookAuditSink implements AuditSink, Plugin {

    /** The configuration of one instance. In a key, DS reads two underscores as one and one as a dot. */
    @ObjectClassDefinition(name = "Audit webhook", description = "The audit log to a receiver of signed webhooks")
    public @interface Config {
        @AttributeDefinition(description = "Name of this instance: 1 to 63 of a-z 0-9 -")
        String instance() default "default";

        @AttributeDefinition(description = "URL of the receiver: https, or http to one of insecure_hosts")
        String url() default "";

        @AttributeDefinition(description = "cloudevents or ocsf")
        String format() default "cloudevents";

        @AttributeDefinition(description = "Most entries of one message; 1 sends each alone", min = "1", max = "1000")
        int batch__entries() default 100;

        @AttributeDefinition(description = "File with the secret that the receiver has too, mode 0600; empty for none")
        String secret__file() default "";

        @AttributeDefinition(description = "Private Ed25519 key: PKCS#8 in PEM, mode 0600; empty for none")
        String signing__key__file() default "";

        @AttributeDefinition(description = "URI that names the hub in CloudEvents")
        String source() default "urn:animus:hub";

        @AttributeDefinition(
                description = "Where messages may go beyond public addresses: hosts, addresses, networks such as"
                        + " 10.1.0.0/16")
        String[] allowed__hosts() default {};

        @AttributeDefinition(description = "host[:port] that may be spoken to in plain http")
        String[] insecure__hosts() default {};

        @AttributeDefinition(
                description =
                        "Certificate authorities of the receiver, in PEM, read at the start; empty for Java's own")
        String ca__file() default "";

        @AttributeDefinition(description = "Milliseconds to connect and to shake hands", min = "1")
        int connect__timeout__ms() default 5_000;

        @AttributeDefinition(description = "Milliseconds from the first byte of a message to its answer", min = "1")
        int answer__timeout__ms() default 10_000;
    }

    private final PluginDescriptor descriptor;
    private final WebhookClient client;
    private final Delivery delivery;
    private final PluginRoutes routes;
    private final LastCall calls = new LastCall();

    @Activate
    public WebhookAuditSink(BundleContext bundle, Config config) {
        this(
                config,
                new EgressGuard(List.of(config.allowed__hosts())),
                route -> PluginRoutes.start(bundle, "siem-webhook-" + config.instance(), route));
    }

    WebhookAuditSink(Config config, EgressGuard guard, Function<EntryRoute, PluginRoutes> starter) {
        this.descriptor = new PluginDescriptor("audit", "webhook", config.instance());
        this.client = new WebhookClient(
                guard,
                TrustedAuthorities.of(config.ca__file()),
                List.of(config.insecure__hosts()),
                new WebhookClient.Limits(
                        Duration.ofMillis(config.connect__timeout__ms()),
                        Duration.ofMillis(config.answer__timeout__ms())),
                InstantSource.system());
        var url = URI.create(config.url());
        if (!client.serves(url)) {
            throw new IllegalArgumentException("url is not https, nor http to one of insecure_hosts, without a user");
        }
        this.delivery = new Delivery(
                client,
                url,
                key(config),
                new Messages(
                        new CloudEvent(URI.create(config.source()), data(config.format())), config.batch__entries()));
        this.routes = starter.apply(new EntryRoute(batch -> delivery.deliver(batch.entries())));
    }

    @Deactivate
    public void close() {
        client.close();
        routes.close();
    }

    @Override
    public PluginDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public PluginHealth health() {
        return calls.health();
    }

    @Override
    public boolean acknowledges() {
        return true;
    }

    @Override
    public Receipt deliver(List<AuditEntry> batch) {
        return calls.of(() ->
                Objects.requireNonNull(routes.request(EntryRoute.START, new EntryRoute.Batch(batch), Receipt.class)));
    }

    /** Signs with all that is configured. */
    private static WebhookKey key(Config config) {
        var keys = Stream.of(
                        config.secret__file().isEmpty()
                                ? null
                                : WebhookKey.shared(new SecretFile(Path.of(config.secret__file()))),
                        config.signing__key__file().isEmpty()
                                ? null
                                : WebhookKey.own(new SecretFile(Path.of(config.signing__key__file()))))
                .flatMap(Stream::ofNullable)
                .toList();
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("messages are always signed: set secret_file or signing_key_file");
        }
        return (id, timestamp, body) ->
                keys.stream().map(key -> key.sign(id, timestamp, body)).collect(Collectors.joining(" "));
    }

    private static CloudEvent.Data data(String format) {
        return switch (format) {
            case "cloudevents" -> CloudEvent.Data.EVENT;
            case "ocsf" -> CloudEvent.Data.OCSF;
            default -> throw new IllegalArgumentException("format is one of cloudevents, ocsf, not " + format);
        };
    }
}
