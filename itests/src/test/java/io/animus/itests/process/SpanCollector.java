package io.animus.itests.process;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Takes spans in OTLP over HTTP and reads them with the classes that OpenTelemetry makes of its protocol. */
final class SpanCollector implements AutoCloseable {
    private final HttpServer server;
    private final List<Told> spans = new CopyOnWriteArrayList<>();

    /**
     * A span as it was told.
     *
     * @param parent empty for none
     * @param attributes texts and numbers
     */
    record Told(String trace, String id, String parent, String name, Map<String, String> attributes) {
        static Told of(Span span) {
            var hex = HexFormat.of();
            return new Told(
                    hex.formatHex(span.getTraceId().toByteArray()),
                    hex.formatHex(span.getSpanId().toByteArray()),
                    hex.formatHex(span.getParentSpanId().toByteArray()),
                    span.getName(),
                    span.getAttributesList().stream()
                            .collect(Collectors.toMap(
                                    attribute -> attribute.getKey(),
                                    attribute -> attribute.getValue().hasIntValue()
                                            ? Long.toString(attribute.getValue().getIntValue())
                                            : attribute.getValue().getStringValue())));
        }
    }

    SpanCollector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", exchange -> {
            try (exchange) {
                ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()).getResourceSpansList().stream()
                        .flatMap(resource -> resource.getScopeSpansList().stream())
                        .flatMap(scope -> scope.getSpansList().stream())
                        .forEach(span -> spans.add(Told.of(span)));
                exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
                exchange.sendResponseHeaders(200, -1);
            }
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Told> spans() {
        return spans;
    }

    /** The first span of this kind, when it is there. */
    Told await(String what, Predicate<Told> kind) throws Exception {
        return Patience.until(what, () -> spans.stream().filter(kind).findFirst());
    }

    /** Ends it as a crash would: nobody listens any more. */
    @Override
    public void close() {
        server.stop(0);
    }
}
