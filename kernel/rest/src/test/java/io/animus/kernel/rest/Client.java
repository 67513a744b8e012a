package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who talks to the hub. Every answer of it is held against {@code openapi.yaml}.
 *
 * @param key sent with each request unless null
 * @param account the service account whose key it is; empty if there is none
 */
record Client(URI hub, @Nullable String key, String account) {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final ObjectMapper JSON = new ObjectMapper();

    Client(URI hub, @Nullable String key) {
        this(hub, key, "");
    }

    Client of(String serviceAccount) {
        return new Client(hub, key, serviceAccount);
    }

    /** An answer as it came. */
    record Reply(HttpResponse<byte[]> response) {
        int status() {
            return response.statusCode();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        JsonNode json() {
            try {
                return JSON.readTree(response.body());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String text(String member) {
            return json().path(member).asText();
        }

        String body() {
            return new String(response.body(), UTF_8);
        }
    }

    Reply get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    Reply post(String path, String body, String... headers) {
        return send(request(path, headers)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    /** A POST without a body. */
    Reply post(String path) {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    Reply patch(String path, String body, String... headers) {
        return send(request(path, headers)
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", BodyPublishers.ofString(body)));
    }

    Reply delete(String path, String... headers) {
        return send(request(path, headers).DELETE());
    }

    HttpRequest.Builder request(String path, String... headers) {
        var request = HttpRequest.newBuilder(hub.resolve(path)).timeout(Duration.ofSeconds(30));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request;
    }

    Reply send(HttpRequest.Builder request) {
        try {
            var reply = new Reply(HTTP.send(request.build(), BodyHandlers.ofByteArray()));
            Contract.check(reply.response());
            return reply;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
