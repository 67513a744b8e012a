package io.animus.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HubClientTest {
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private HubClient client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        client = new HubClient(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()), "ank_key");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void readsAllPagesOfAList() throws Exception {
        server.createContext("/api/v1/things", exchange -> {
            var query = exchange.getRequestURI().getRawQuery();
            seen.add(query);
            answer(
                    exchange,
                    200,
                    query.contains("pageToken")
                            ? "{\"items\":[3],\"nextPageToken\":null}"
                            : "{\"items\":[1,2],\"nextPageToken\":\"a/b\"}");
        });

        assertThat(client.list("/api/v1/things?orderBy=time"))
                .extracting(item -> item.asInt())
                .containsExactly(1, 2, 3);
        assertThat(seen).containsExactly("orderBy=time&pageSize=500", "orderBy=time&pageSize=500&pageToken=a%2Fb");
    }

    @Test
    void saysWhatTheHubRefusedAndWhere() {
        server.createContext(
                "/api/v1/runs",
                exchange -> answer(
                        exchange,
                        422,
                        """
                {"status":422,"code":"FLOATING_REFERENCE","detail":"a commit is needed","requestId":"r-1",
                 "errors":[{"pointer":"/code/ref","code":"FLOATING_REFERENCE","detail":"main is a branch"}]}"""));

        assertThatExceptionOfType(DemoException.class)
                .isThrownBy(() -> client.post("/api/v1/runs", Json.object()))
                .withMessage(
                        "422 FLOATING_REFERENCE: a commit is needed [/code/ref FLOATING_REFERENCE: main is a branch]")
                .matches(e -> e.exitCode() == DemoException.REFUSED)
                .satisfies(e -> assertThat(e.remedy()).contains("r-1"));
    }

    @Test
    void failsWhenTheHubAcceptsWhatItHasToRefuse() {
        server.createContext("/api/v1/approve", exchange -> answer(exchange, 200, "{}"));

        assertThatExceptionOfType(DemoException.class)
                .isThrownBy(() -> client.postRefused("/api/v1/approve", Json.object()))
                .withMessageContaining("accepted");
    }

    @Test
    void sendsTheKeyAndAnIdempotencyKeyButNotToSignedUrls() throws Exception {
        server.createContext("/", exchange -> {
            seen.add(exchange.getRequestMethod()
                    + " " + exchange.getRequestHeaders().getFirst("Authorization")
                    + " " + exchange.getRequestHeaders().containsKey("Idempotency-Key"));
            answer(exchange, 200, "{}");
        });

        client.post("/api/v1/things");
        client.upload(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/signed"),
                Map.of("Content-Length", "1", "x-checksum", "1"),
                Path.of("pom.xml"));

        assertThat(seen).containsExactly("POST Bearer ank_key true", "PUT null false");
    }

    @Test
    void followsAStreamOverALostConnectionAndSeesEveryEventOnce() throws Exception {
        server.createContext("/events", exchange -> {
            var lastId = exchange.getRequestHeaders().getFirst("Last-Event-ID");
            seen.add("after " + lastId);
            answer(
                    exchange,
                    200,
                    lastId == null
                            ? ": heartbeat\n\nid: 1\nevent: state\ndata: {\"state\":\"queued\"}\n\nid: 2\nevent: state\ndata: {"
                            : "id: 2\nevent: state\ndata: {\"state\":\ndata: \"succeeded\"}\n\nevent: end\ndata: {}\n\n");
        });
        var states = new ArrayList<String>();

        new EventStream(client, "/events")
                .follow(event -> states.add(event.path("state").asText()));

        assertThat(states).containsExactly("queued", "succeeded");
        assertThat(seen).containsExactly("after null", "after 1");
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            var content = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, content.length);
            exchange.getResponseBody().write(content);
        }
    }
}
