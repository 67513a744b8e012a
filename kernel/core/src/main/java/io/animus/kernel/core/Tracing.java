package io.animus.kernel.core;

import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spans of requests and of calls to plugins, for the collector that an operator names. Until one is named nothing is traced, and
 * nothing of the tracing library loaded. Safe for many threads.
 */
@Component(service = Tracing.class, configurationPid = Tracing.PID)
@Designate(ocd = Tracing.Config.class)
public final class Tracing {
    static final String PID = "io.animus.tracing";

    /** Where spans go. */
    @ObjectClassDefinition(name = "Tracing", description = "Spans of requests and port calls, in OTLP over HTTP")
    public @interface Config {
        @AttributeDefinition(
                description =
                        "URL of the collector: https, or http on this machine or to one of insecure_hosts; without a"
                                + " path /v1/traces; empty for no tracing")
        String endpoint() default "";

        @AttributeDefinition(description = "host[:port] that may be spoken to in plain http")
        String[] insecure__hosts() default {};

        @AttributeDefinition(description = "File with lines of 'Name: value', sent with each message; empty for none")
        String headers__file() default "";

        @AttributeDefinition(
                description =
                        "Certificate authorities of the collector, in PEM, read at the start; empty for Java's own")
        String ca__file() default "";

        @AttributeDefinition(description = "service.name of the spans")
        String service__name() default "animus-hub";

        @AttributeDefinition(description = "Share of traces that begin in the hub, 0 to 1; callers decide about theirs")
        double sample__ratio() default 1;

        @AttributeDefinition(description = "Spans that may wait for the collector; more are dropped", min = "1")
        int queue__spans() default 2_048;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Tracing.class);
    private static final ThreadLocal<RequestSpan> REQUEST = new ThreadLocal<>();
    private static final ThreadLocal<PortSpan> CALL = new ThreadLocal<>();

    private final Metrics metrics;
    private volatile @Nullable SpanExport export;

    @Activate
    public Tracing(@Reference(name = "metrics") Metrics metrics, Config config) {
        this(metrics);
        open(config);
    }

    /** Without a collector. */
    public Tracing(Metrics metrics) {
        this.metrics = metrics;
    }

    @Modified
    void change(Config config) {
        close();
        open(config);
    }

    @Deactivate
    void close() {
        var before = export;
        export = null;
        if (before != null) {
            before.close();
        }
    }

    /** What is wrong with these settings must not keep the hub from its work, which needs no spans. */
    private void open(Config config) {
        if (config.endpoint().isEmpty()) {
            return;
        }
        try {
            var collector = Collector.of(config);
            export = new SpanExport(collector, metrics);
            LOG.info("spans go to {}", collector.endpoint());
        } catch (IllegalArgumentException e) {
            LOG.error("no spans are sent: {}. Correct it in etc/{}.cfg.", e.getMessage(), PID);
        }
    }

    /**
     * Begins the span of a request, as the {@code traceparent} in its headers has it. It must be ended by the same thread.
     *
     * @param headers the value of a header, null without it
     */
    public RequestSpan request(String method, Headers headers) {
        var open = export;
        if (open == null) {
            return RequestSpan.NONE;
        }
        var span = open.request(method, headers, REQUEST::remove);
        REQUEST.set(span);
        return span;
    }

    /** The headers of a request. */
    @FunctionalInterface
    public interface Headers {
        @Nullable String value(String name);
    }

    /** Begins the span of a call to a plugin, in that of the request that this thread serves, if it serves one. */
    PortSpan call(String port) {
        var open = export;
        return open == null ? PortSpan.NONE : open.call(port, REQUEST.get());
    }

    /** Notes in the span of the call that this thread makes, if it is traced, which method of the port is called. */
    static void noteOperation(String method) {
        var span = CALL.get();
        if (span != null) {
            span.operation(method);
        }
    }

    /** Makes calls of this thread those of {@code span}, until {@link #leave}. */
    static void enter(PortSpan span) {
        if (span != PortSpan.NONE) {
            CALL.set(span);
        }
    }

    static void leave(PortSpan span) {
        if (span != PortSpan.NONE) {
            CALL.remove();
        }
    }
}
