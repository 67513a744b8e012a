package io.animus.plugin.events.webhook;

import io.animus.api.events.Destination;
import io.animus.api.events.DomainEvent;
import io.animus.api.events.EventPublisher;
import io.animus.api.events.Outcome;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.plugin.PluginRoutes;
import io.animus.api.plugin.TrustedAuthorities;
import io.animus.api.plugin.egress.EgressGuard;
import io.animus.api.plugin.egress.EgressRefusedException;
import io.animus.api.plugin.egress.WebhookClient;
import io.animus.api.plugin.egress.WebhookClient.Answer;
import io.animus.api.plugin.egress.WebhookClient.Message;
import io.animus.api.plugin.egress.WebhookKey;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.Json;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Posts events to the URLs of subscribers, each signed with the subscription's secret or the hub's own key. */
@Component(
        service = {EventPublisher.class, Plugin.class},
        configurationPid = "io.animus.plugin.events.webhook",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = WebhookEventPublisher.Config.class, factory = true)
public final class WebhookEventPublisher implements EventPublisher, Plugin {

    /** The configuration of one instance. In a key, DS reads two underscores as one and one as a dot. */
    @ObjectClassDefinition(name = "Webhooks", description = "Events of the hub to URLs of subscribers")
    public @interface Config {
        @AttributeDefinition(description = "Name of this instance: 1 to 63 of a-z 0-9 -")
        String instance() default "default";

        @AttributeDefinition(description = "Directory with a file of mode 0600 for each secret, named as it is")
        String secrets__directory() default "";

        @AttributeDefinition(
                description = "Private Ed25519 key for subscriptions without a secret: PKCS#8 in PEM, mode 0600")
        String signing__key__file() default "";

        @AttributeDefinition(
                description = "Where messages may go beyond public addresses: hosts, addresses, networks such as"
                        + " 10.1.0.0/16")
        String[] allowed__hosts() default {};

        @AttributeDefinition(description = "host[:port] that may be spoken to in plain http")
        String[] insecure__hosts() default {};

        @AttributeDefinition(
                description =
                        "Certificate authorities of the receivers, in PEM, read at the start; empty for Java's own")
        String ca__file() default "";

        @AttributeDefinition(description = "Milliseconds to connect and to shake hands", min = "1")
        int connect__timeout__ms() default 5_000;

        @AttributeDefinition(description = "Milliseconds from the first byte sent to the answer", min = "1")
        int answer__timeout__ms() default 15_000;
    }

    private static final int LONGEST_REASON = 500;
    private static final String TYPES = "io.animus.";
    private static final String CONTENT_TYPE = "application/cloudevents+json";

    private final PluginDescriptor descriptor;
    private final Secrets secrets;
    private final WebhookClient client;
    private final PluginRoutes routes;

    @Activate
    public WebhookEventPublisher(BundleContext bundle, Config config) {
        this(
                config,
                new EgressGuard(List.of(config.allowed__hosts())),
                route -> PluginRoutes.start(bundle, "events-webhook-" + config.instance(), route));
    }

    WebhookEventPublisher(Config config, EgressGuard guard, Function<EventRoute, PluginRoutes> starter) {
        this.descriptor = new PluginDescriptor("events", "webhook", config.instance());
        this.secrets = Secrets.of(config.secrets__directory(), config.signing__key__file());
        this.client = new WebhookClient(
                guard,
                TrustedAuthorities.of(config.ca__file()),
                List.of(config.insecure__hosts()),
                new WebhookClient.Limits(
                        Duration.ofMillis(config.connect__timeout__ms()),
                        Duration.ofMillis(config.answer__timeout__ms())),
                InstantSource.system());
        this.routes = starter.apply(new EventRoute(attempt -> attempt(attempt.event(), attempt.destination())));
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
        return secrets.isEmpty()
                ? PluginHealth.degraded(
                        "nothing can be signed, so nothing goes out: set secrets_directory or signing_key_file")
                : PluginHealth.OK;
    }

    @Override
    public boolean serves(URI url) {
        return client.serves(url);
    }

    @Override
    public boolean knowsSecret(String name) {
        return secrets.find(name).isPresent();
    }

    @Override
    public Outcome publish(DomainEvent event, Destination destination) {
        var attempt = new EventRoute.Attempt(event, destination);
        return Objects.requireNonNull(routes.request(EventRoute.START, attempt, Outcome.class));
    }

    private Outcome attempt(DomainEvent event, Destination destination) {
        var name = destination.secret();
        var key = name == null ? secrets.own() : secrets.find(name);
        if (key.isEmpty()) {
            return name == null
                    ? postponed("the hub has no key of its own to sign with; ask its operator for signing_key_file")
                    : refused(0, "the hub knows no secret named " + name + "; name another, or ask its operator");
        }
        return send(event, destination.url(), key.get());
    }

    private Outcome send(DomainEvent event, URI url, WebhookKey key) {
        try {
            return outcome(client.post(url, message(event), key));
        } catch (EgressRefusedException e) {
            return refused(0, e.getMessage());
        } catch (ExternalSystemException e) {
            // Where its files are is none of a subscriber's business.
            return postponed("the hub can't read the key to sign with; ask its operator");
        } catch (UnknownHostException e) {
            return postponed(url.getHost() + " has no address");
        } catch (IOException e) {
            return postponed(TrustedAuthorities.refusal(e)
                    .map(why -> url.getHost() + " " + why)
                    .orElseGet(() -> url.getHost() + " doesn't answer: " + e.getMessage()));
        }
    }

    private static Message message(DomainEvent event) {
        var envelope = Json.object()
                .put("specversion", "1.0")
                .put("id", event.id().value())
                .put("source", event.source().toString())
                .put("type", TYPES + event.type())
                .put("subject", event.subject())
                .put("time", event.time().toString())
                .put("datacontenttype", "application/json")
                .put("data", event.data())
                .build();
        return new Message(event.id().value(), CONTENT_TYPE, envelope.canonical());
    }

    private static Outcome outcome(Answer answer) {
        var status = answer.status();
        if (answer.isDelivered()) {
            return new Outcome.Delivered(status);
        }
        if (answer.isRetryable()) {
            return new Outcome.Postponed(status, "the receiver answers " + status, answer.after());
        }
        if (status / 100 == 3) {
            return refused(
                    status,
                    "the receiver redirects (" + status + "), which the hub doesn't follow; give the"
                            + " subscription the new URL");
        }
        return status == 410
                ? new Outcome.Refused(status, "the receiver answers 410, so it wants no more", true)
                : refused(status, "the receiver answers " + status + ", which no repetition cures");
    }

    private static Outcome refused(int status, @Nullable String reason) {
        return new Outcome.Refused(status, fit(reason), false);
    }

    private static Outcome postponed(String reason) {
        return new Outcome.Postponed(0, fit(reason), null);
    }

    private static String fit(@Nullable String reason) {
        var text = String.valueOf(reason);
        return text.substring(0, Math.min(LONGEST_REASON, text.length()));
    }
}
