package io.animus.kernel.core;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A collector that reads OTLP with the classes of OpenTelemetry's own protocol, and keeps what it gets. */
final class SpanReceiver implements AutoCloseable {
    private final HttpServer server;
    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final List<Resource> resources = new CopyOnWriteArrayList<>();
    private final List<Map<String, List<String>>> headers = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile CountDownLatch held = new CountDownLatch(0);

    SpanReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/v1/traces", this::take);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            var message = ExportTraceServiceRequest.parseFrom(exchange.getRequestBody());
            headers.add(Map.copyOf(exchange.getRequestHeaders()));
            held.await();
            if (status == 200) {
                for (var of : message.getResourceSpansList()) {
                    resources.add(of.getResource());
                    of.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList()));
                }
            }
            var answer = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What is answered from now on; only 200 takes spans. */
    void answer(int code) {
        status = code;
    }

    /** Answers nothing before the latch is open. */
    void hold(CountDownLatch until) {
        held = until;
    }

    List<Span> spans() {
        return spans;
    }

    List<Resource> resources() {
        return resources;
    }

    List<Map<String, List<String>>> headers() {
        return headers;
    }

    /** The first span of this kind, when it is there. */
    Span await(String what, Predicate<Span> kind) {
        Await.until(what, () -> spans.stream().anyMatch(kind));
        return spans.stream().filter(kind).findFirst().orElseThrow();
    }

    static Map<String, String> attributes(List<KeyValue> of) {
        return of.stream()
                .collect(Collectors.toMap(
                        KeyValue::getKey,
                        attribute -> attribute.getValue().hasIntValue()
                                ? Long.toString(attribute.getValue().getIntValue())
                                : attribute.getValue().getStringValue()));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
