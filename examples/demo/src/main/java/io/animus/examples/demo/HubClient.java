package io.animus.examples.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** One caller of the hub's REST API. Safe for use by several threads. */
final class HubClient {
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI hub;
    private final String key;

    /** @param key an API key; empty for requests that need none */
    HubClient(URI hub, String key) {
        this.hub = hub;
        this.key = key;
    }

    /** The hub, as somebody else. */
    HubClient as(String otherKey) {
        return new HubClient(hub, otherKey);
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return json(request(path).GET().build());
    }

    /** Empty if there is no such thing, or it is hidden from the caller. */
    Optional<JsonNode> find(String path) throws IOException, InterruptedException {
        var answer = send(request(path).GET().build());
        return answer.statusCode() == 404 ? Optional.empty() : Optional.of(read(answer));
    }

    /** Posts without a body. */
    JsonNode post(String path) throws IOException, InterruptedException {
        return json(posting(path).POST(BodyPublishers.noBody()).build());
    }

    JsonNode post(String path, JsonNode body) throws IOException, InterruptedException {
        return json(postingJson(path, body));
    }

    JsonNode postFile(String path, String mediaType, Path file) throws IOException, InterruptedException {
        return json(posting(path)
                .header("Content-Type", mediaType)
                .POST(BodyPublishers.ofFile(file))
                .build());
    }

    /** Posts what the hub has to refuse, and answers how it did. */
    Problem postRefused(String path, JsonNode body) throws IOException, InterruptedException {
        var answer = send(postingJson(path, body));
        if (answer.statusCode() < 400) {
            throw DemoException.failed(
                    "the hub accepted what it has to refuse: " + path, "report it: this is a defect");
        }
        return Problem.of(answer.statusCode(), answer.body());
    }

    /** The items of all pages of a list, in its order. */
    List<JsonNode> list(String path) throws IOException, InterruptedException {
        var items = new ArrayList<JsonNode>();
        var first = path + (path.contains("?") ? "&" : "?") + "pageSize=500";
        for (var next = Optional.of(first); next.isPresent(); ) {
            var page = get(next.get());
            page.path("items").forEach(items::add);
            var token = page.path("nextPageToken");
            next = token.isTextual() ? Optional.of(first + "&pageToken=" + encoded(token.asText())) : Optional.empty();
        }
        return items;
    }

    /** Whether the hub answers and can do all of its work; what it says of itself when it can't. */
    JsonNode readiness() throws IOException, InterruptedException {
        try {
            return Json.MAPPER.readTree(send(request("/readyz").GET().build()).body());
        } catch (ConnectException e) {
            return Json.object().put("status", "DOWN");
        }
    }

    /** A stream of events from the first one on, or after the one with this id. To be closed by the caller. */
    InputStream events(String path, String lastId) throws IOException, InterruptedException {
        // Without a limit: the stream lasts as long as the run. Its heartbeats end it when the hub is gone.
        var request = HttpRequest.newBuilder(hub.resolve(path))
                .header("Authorization", "Bearer " + key)
                .header("Accept", "text/event-stream");
        if (!lastId.isEmpty()) {
            request.header("Last-Event-ID", lastId);
        }
        var answer = http.send(request.build(), BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) {
            try (var body = answer.body()) {
                throw DemoException.refused(
                        Problem.of(answer.statusCode(), new String(body.readAllBytes(), StandardCharsets.UTF_8)));
            }
        }
        return answer.body();
    }

    /** Puts a file to a signed URL, which needs no key. */
    void upload(URI signed, Map<String, String> headers, Path file) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(signed).timeout(REQUEST_LIMIT);
        // The client sends these two itself, from the file and the URL.
        var own = Set.of("content-length", "host");
        headers.forEach((name, value) -> {
            if (!own.contains(name.toLowerCase(Locale.ROOT))) {
                request.header(name, value);
            }
        });
        var answer = http.send(request.PUT(BodyPublishers.ofFile(file)).build(), BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw DemoException.refused(Problem.of(answer.statusCode(), answer.body()));
        }
    }

    /** Gets the content of a signed URL, which needs no key. */
    void download(URI signed, Path target) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(signed).timeout(REQUEST_LIMIT).build();
        var answer = http.send(request, BodyHandlers.ofFile(target));
        if (answer.statusCode() != 200) {
            throw DemoException.failed("the signed URL answered " + answer.statusCode(), "see the hub's log");
        }
    }

    /** Gets a file that the hub itself writes. */
    void save(String path, Path target) throws IOException, InterruptedException {
        var answer = http.send(request(path).header("Accept", "application/zip").build(), BodyHandlers.ofFile(target));
        if (answer.statusCode() != 200) {
            throw DemoException.refused(Problem.of(answer.statusCode(), Files.readString(target)));
        }
    }

    static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private HttpRequest postingJson(String path, JsonNode body) {
        return posting(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
    }

    private HttpRequest.Builder posting(String path) {
        return request(path).header("Idempotency-Key", UUID.randomUUID().toString());
    }

    private HttpRequest.Builder request(String path) {
        var request =
                HttpRequest.newBuilder(hub.resolve(path)).timeout(REQUEST_LIMIT).header("Accept", "application/json");
        return key.isEmpty() ? request : request.header("Authorization", "Bearer " + key);
    }

    private JsonNode json(HttpRequest request) throws IOException, InterruptedException {
        return read(send(request));
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, BodyHandlers.ofString());
    }

    private static JsonNode read(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() >= 400) {
            throw DemoException.refused(Problem.of(answer.statusCode(), answer.body()));
        }
        return Json.MAPPER.readTree(answer.body());
    }
}
