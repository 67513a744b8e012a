package io.animus.itests.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.UUID;

/** One caller of the hub's REST API. */
record RestClient(URI hub, String key) {
    static final ObjectMapper JSON = new ObjectMapper();

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** What the hub answered, whatever it was. */
    record Answer(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        JsonNode json() throws IOException {
            return response.body().isEmpty() ? MissingNode.getInstance() : JSON.readTree(response.body());
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /** The body of a success; fails on anything else. */
        JsonNode ok() throws IOException {
            if (status() >= 300) {
                throw new AssertionError(response + ": " + response.body());
            }
            return json();
        }
    }

    RestClient as(String otherKey) {
        return new RestClient(hub, otherKey);
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    /** Posts a body written with single quotes for double ones. */
    Answer post(String path, String body, Object... values) throws IOException, InterruptedException {
        return post(
                path,
                UUID.randomUUID().toString(),
                JSON.readTree(body.formatted(values).replace('\'', '"')));
    }

    /** Posts under an idempotency key; a missing node is no body. */
    Answer post(String path, String idempotencyKey, JsonNode body) throws IOException, InterruptedException {
        var request = request(path).header("Idempotency-Key", idempotencyKey);
        return body.isMissingNode()
                ? send(request.POST(BodyPublishers.noBody()))
                : send(request.header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.toString())));
    }

    Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return new Answer(HTTP.send(request.timeout(Patience.USUAL).build(), BodyHandlers.ofString()));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(hub.resolve(path)).header("Authorization", "Bearer " + key);
    }
}
