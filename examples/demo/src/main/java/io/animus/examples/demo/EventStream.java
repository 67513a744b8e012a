package io.animus.examples.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A stream of server-sent events of the hub, followed to its end. When the connection is lost, it goes on after the last
 * event that came.
 */
final class EventStream {
    private static final String END = "end";
    private static final int MOST_RECONNECTS = 30;
    private static final Duration BEFORE_RECONNECT = Duration.ofSeconds(1);

    private final HubClient client;
    private final String path;
    private String lastId = "";
    private String id = "";
    private String type = "";
    private final StringBuilder data = new StringBuilder();

    EventStream(HubClient client, String path) {
        this.client = client;
        this.path = path;
    }

    /** Hands over the data of each event in order and returns after the last one. */
    void follow(Consumer<JsonNode> events) throws IOException, InterruptedException {
        for (var attempt = 1; ; attempt++) {
            IOException lost;
            try (var stream = client.events(path, lastId);
                    var lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                if (readToEnd(lines, events)) {
                    return;
                }
                lost = new IOException("the hub closed " + path + " before its end");
            } catch (IOException e) {
                lost = e;
            }
            if (attempt == MOST_RECONNECTS) {
                throw lost;
            }
            Thread.sleep(BEFORE_RECONNECT.toMillis());
        }
    }

    private boolean readToEnd(BufferedReader lines, Consumer<JsonNode> events) throws IOException {
        id = lastId;
        forget();
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty()) {
                if (type.equals(END)) {
                    return true;
                }
                if (!data.isEmpty()) {
                    events.accept(Json.MAPPER.readTree(data.toString()));
                    lastId = id;
                }
                forget();
            } else {
                readField(line);
            }
        }
        return false;
    }

    private void readField(String line) {
        var colon = line.indexOf(':');
        var field = colon < 0 ? line : line.substring(0, colon);
        var value = colon < 0 ? "" : line.substring(colon + 1);
        value = value.startsWith(" ") ? value.substring(1) : value;
        switch (field) {
            case "id" -> id = value;
            case "event" -> type = value;
            case "data" -> data.append(data.isEmpty() ? "" : "\n").append(value);
            default -> {
                // A comment, which is how heartbeats come, or a field of a later version.
            }
        }
    }

    private void forget() {
        type = "";
        data.setLength(0);
    }
}
