package io.animus.kernel.core;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.animus.api.plugin.PluginDescriptor;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Makes spans and has them sent. No text of a request, an answer or a failure goes into one: there may be secrets in it, and
 * personal data. Safe for many threads.
 */
final class SpanExport implements AutoCloseable {
    private static final Duration FLUSH = Duration.ofSeconds(2);
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");
    private static final List<String> HEADERS = List.of("traceparent", "tracestate");

    private static final AttributeKey<String> SERVICE = stringKey("service.name");
    private static final AttributeKey<String> PROCESS = stringKey("service.instance.id");
    private static final AttributeKey<String> METHOD = stringKey("http.request.method");
    private static final AttributeKey<Long> STATUS = longKey("http.response.status_code");
    private static final AttributeKey<String> ERROR = stringKey("error.type");
    private static final AttributeKey<String> OPERATION = stringKey("animus.operation");
    private static final AttributeKey<String> REQUEST = stringKey("animus.request_id");
    private static final AttributeKey<String> PORT = stringKey("animus.port");
    private static final AttributeKey<String> PORT_OPERATION = stringKey("animus.port.operation");
    private static final AttributeKey<String> OUTCOME = stringKey("animus.port.outcome");
    private static final AttributeKey<Long> RETRIES = longKey("animus.port.retries");
    private static final AttributeKey<String> PLUGIN = stringKey("animus.plugin");
    private static final AttributeKey<String> TECHNOLOGY = stringKey("animus.plugin.technology");
    private static final AttributeKey<String> INSTANCE = stringKey("animus.plugin.instance");

    private final SpanSender sender;
    private final SdkTracerProvider provider;
    private final Tracer tracer;

    SpanExport(Collector collector, Metrics metrics) {
        var before = Thread.currentThread().getContextClassLoader();
        // The library looks for its parts, once, where the thread's loader looks, and its threads inherit that.
        Thread.currentThread().setContextClassLoader(SpanExport.class.getClassLoader());
        try {
            var spans = metrics.counter(
                    "animus_trace_spans", "Spans that were exported, dropped for want of room, or failed", "outcome");
            List.of("exported", "dropped", "failed").forEach(spans::initLabelValues);
            var waiting = new AtomicInteger();
            sender = new SpanSender(collector, spans, taken -> waiting.addAndGet(-taken));
            provider = SdkTracerProvider.builder()
                    .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(collector.sampleRatio())))
                    .setResource(Resource.getDefault()
                            .merge(Resource.create(Attributes.of(
                                    SERVICE,
                                    collector.serviceName(),
                                    PROCESS,
                                    UUID.randomUUID().toString()))))
                    .addSpanProcessor(new SpanQueue(collector.queue(), waiting, spans, sender))
                    .build();
            tracer = provider.get("io.animus.kernel");
            Context.root();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    RequestSpan request(String method, Tracing.Headers headers, Runnable end) {
        var parent = W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, new Reader());
        var known = METHODS.contains(method) ? method : "_OTHER";
        return new Request(
                tracer.spanBuilder(known)
                        .setParent(parent)
                        .setSpanKind(SpanKind.SERVER)
                        .setAttribute(METHOD, known)
                        .startSpan(),
                end);
    }

    PortSpan call(String port, @Nullable RequestSpan parent) {
        var builder = tracer.spanBuilder(port).setSpanKind(SpanKind.INTERNAL).setAttribute(PORT, port);
        if (parent instanceof Request request) {
            builder.setParent(Context.root().with(request.span()));
        } else {
            builder.setNoParent();
        }
        return new Call(builder.startSpan(), port);
    }

    /** Sends what waits, for as long as the bound allows. */
    @Override
    public void close() {
        provider.shutdown().join(FLUSH.toMillis(), TimeUnit.MILLISECONDS);
        sender.shutdown();
    }

    private record Request(Span span, Runnable end) implements RequestSpan {
        @Override
        public String traceId() {
            return span.getSpanContext().getTraceId();
        }

        @Override
        public void end(String operation, int status, String requestId) {
            end.run();
            span.updateName(operation);
            span.setAttribute(OPERATION, operation);
            span.setAttribute(REQUEST, requestId);
            span.setAttribute(STATUS, (long) status);
            if (status >= 500) {
                span.setAttribute(ERROR, Integer.toString(status));
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        }
    }

    private static final class Call implements PortSpan {
        private final Span span;
        private final String port;
        private final AtomicInteger attempts = new AtomicInteger();
        private final Set<String> operations = new LinkedHashSet<>();
        private volatile @Nullable String failure;

        Call(Span span, String port) {
            this.span = span;
            this.port = port;
        }

        @Override
        public void attempt() {
            attempts.incrementAndGet();
        }

        @Override
        public void operation(String method) {
            synchronized (operations) {
                operations.add(method);
            }
        }

        @Override
        public void fail(String type) {
            failure = type;
        }

        @Override
        public void end(String plugin, @Nullable PluginDescriptor said, String outcome) {
            span.setAttribute(PLUGIN, plugin);
            if (said != null) {
                span.setAttribute(TECHNOLOGY, said.technology());
                span.setAttribute(INSTANCE, said.instance());
            }
            var called = operations();
            if (!called.isEmpty()) {
                span.updateName(port + " " + called);
                span.setAttribute(PORT_OPERATION, called);
            }
            span.setAttribute(OUTCOME, outcome);
            span.setAttribute(RETRIES, (long) Math.max(0, attempts.get() - 1));
            if (!outcome.equals("success") && !outcome.equals("left")) {
                var type = failure;
                span.setAttribute(ERROR, type == null ? outcome : type);
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        }

        private String operations() {
            synchronized (operations) {
                return String.join(", ", operations);
            }
        }
    }

    private static final class Reader implements TextMapGetter<Tracing.Headers> {
        @Override
        public Iterable<String> keys(Tracing.Headers headers) {
            return HEADERS;
        }

        @Override
        public @Nullable String get(Tracing.@Nullable Headers headers, String name) {
            return headers == null ? null : headers.value(name);
        }
    }
}
