package io.animus.plugin.siem.syslog;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.AuditSink;
import io.animus.api.audit.Receipt;
import io.animus.api.plugin.LastCall;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.plugin.PluginRoutes;
import io.animus.api.plugin.TrustedAuthorities;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Sends the audit log to one receiver of syslog over one connection, a batch with one flush. */
@Component(
        service = {AuditSink.class, Plugin.class},
        configurationPid = "io.animus.plugin.siem.syslog",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SyslogAuditSink.Config.class, factory = true)
public final class SyslogAuditSink implements AuditSink, Plugin {

    /** The configuration of one instance. In a key, DS reads two underscores as one and one as a dot. */
    @ObjectClassDefinition(name = "Syslog", description = "The audit log to a receiver of syslog")
    public @interface Config {
        @AttributeDefinition(description = "Name of this instance: 1 to 63 of a-z 0-9 -")
        String instance() default "default";

        @AttributeDefinition(description = "Host of the receiver; for tls as its certificate names it")
        String host() default "";

        @AttributeDefinition(description = "Its port; 0 for 6514 with tls and 514 with the others", min = "0")
        int port() default 0;

        @AttributeDefinition(description = "tls, tcp or udp")
        String transport() default "tls";

        @AttributeDefinition(description = "cloudevents, ocsf or cef")
        String format() default "cloudevents";

        @AttributeDefinition(description = "Facility of the messages: 0 to 23", min = "0", max = "23")
        int facility() default 13;

        @AttributeDefinition(description = "What the hub calls itself; empty for the name of its machine")
        String hostname() default "";

        @AttributeDefinition(description = "Private enterprise number in the name of the structured data", min = "1")
        int enterprise__number() default 32_473;

        @AttributeDefinition(description = "URI that names the hub in CloudEvents")
        String source() default "urn:animus:hub";

        @AttributeDefinition(
                description =
                        "Certificate authorities of the receiver, in PEM, read at the start; empty for Java's own")
        String ca__file() default "";

        @AttributeDefinition(description = "What the hub shows the receiver: certificates in PEM; empty for none")
        String client__certificate__file() default "";

        @AttributeDefinition(description = "The private key of that: PKCS#8 in PEM, mode 0600")
        String client__key__file() default "";

        @AttributeDefinition(description = "Milliseconds to connect and to shake hands", min = "1")
        int connect__timeout__ms() default 10_000;

        @AttributeDefinition(description = "Milliseconds in which the receiver has to take a batch", min = "1")
        int write__timeout__ms() default 10_000;
    }

    private final PluginDescriptor descriptor;
    private final SyslogMessage message;
    private final Receiver receiver;
    private final String place;
    private final PluginRoutes routes;
    private final LastCall calls = new LastCall();

    @Activate
    public SyslogAuditSink(BundleContext bundle, Config config) {
        this(config, route -> PluginRoutes.start(bundle, "siem-syslog-" + config.instance(), route));
    }

    SyslogAuditSink(Config config, Function<SyslogRoute, PluginRoutes> starter) {
        var transport = Transport.of(config);
        this.descriptor = new PluginDescriptor("audit", "syslog", config.instance());
        this.message = new SyslogMessage(
                Format.of(config.format()),
                config.facility(),
                config.hostname().isEmpty() ? machine() : config.hostname(),
                config.enterprise__number(),
                URI.create(config.source()));
        this.receiver = transport.receiver();
        this.place = transport.place();
        this.routes = starter.apply(new SyslogRoute(this::send));
    }

    @Deactivate
    public void close() {
        receiver.close();
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
        return false;
    }

    @Override
    public Receipt deliver(List<AuditEntry> batch) {
        return calls.of(() ->
                Objects.requireNonNull(routes.request(SyslogRoute.START, new SyslogRoute.Batch(batch), Receipt.class)));
    }

    private Receipt send(SyslogRoute.Batch batch) {
        try {
            return receiver.send(batch.entries().stream()
                    .map(entry -> new Receiver.Message(entry.index(), message.of(entry)))
                    .toList());
        } catch (IOException e) {
            // Nobody but an operator can mend a certificate, the hub's or the receiver's.
            throw TrustedAuthorities.refusal(e)
                    .map(why -> new ExternalSystemException(Reason.DENIED, place + " " + why, e))
                    .orElseGet(() -> new ExternalSystemException(
                            Reason.UNAVAILABLE, place + " takes nothing: " + e.getMessage(), e));
        }
    }

    private static String machine() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "-";
        }
    }
}
