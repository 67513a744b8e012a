package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.animus.api.executor.Refusal;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import io.animus.api.types.ImageReference;
import io.animus.plugin.executor.container.EngineSocket.Answer;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The few calls of the engine that jobs need, in our words. Safe for use by many threads. */
final class ContainerEngine {
    /** The label that every container of a job has; its value is the dispatch id. */
    static final String DISPATCH = "io.animus.dispatch";

    private static final Duration STOP_MARGIN = Duration.ofSeconds(30);
    private static final Duration CLEANUP_PAUSE = Duration.ofMillis(100);
    private static final int CLEANUP_LOOKS = 50;
    private static final Duration PING = Duration.ofMillis(1500);
    // Some registries say of what they don't have that one may not see it.
    private static final Pattern NO_IMAGE =
            Pattern.compile("(?s).*(manifest unknown|name unknown|not found|unauthorized"
                    + "|authentication required|denied: |is denied).*");
    private static final int LOOKS = 5;
    private static final Pattern NO_PROGRAM = Pattern.compile(
            "(?s).*(executable file not found|exec: .*(no such file|permission denied|is a directory)|exec format error"
                    + "|command that was not found|OCI permission denied).*");

    private final EngineSocket socket;
    private final Duration pullTimeout;
    private volatile @Nullable Dialect dialect;

    /**
     * An image that is there.
     *
     * @param id digest of its configuration
     * @param volumes folders for which it wants storage of its own
     */
    record Image(String id, List<String> volumes) {}

    ContainerEngine(EngineSocket socket, Duration pullTimeout) {
        this.socket = socket;
        this.pullTimeout = pullTimeout;
    }

    EngineSocket socket() {
        return socket;
    }

    /** @throws ExternalSystemException if the engine does not answer at once */
    void ping() {
        check(socket.send("GET", "/_ping", null, PING), "is not well");
    }

    JsonNode facts() {
        return check(socket.get("/info"), "does not tell what it can").body();
    }

    Dialect dialect() {
        var known = dialect;
        if (known == null) {
            var version =
                    check(socket.get("/version"), "does not tell its version").body();
            known = version.toString().contains("Podman") ? Dialect.PODMAN : Dialect.DOCKER;
            dialect = known;
        }
        return known;
    }

    /**
     * The image with exactly this digest, if the engine has it.
     *
     * @throws RefusedException if the engine has another one under that digest
     */
    Optional<Image> findImage(ImageReference reference) throws RefusedException {
        var digest = reference.pinned().orElseThrow();
        var answer = socket.get("/images/" + reference.at(digest) + "/json");
        if (answer.isAbsent()) {
            return Optional.empty();
        }
        var image = check(answer, "can't look up the image " + reference).body();
        if (!isProven(image, digest)) {
            throw new RefusedException(
                    Refusal.IMAGE_UNAVAILABLE, "the engine's image for " + reference + " is not of that digest");
        }
        var volumes = new ArrayList<String>();
        image.path("Config").path("Volumes").fieldNames().forEachRemaining(volumes::add);
        return Optional.of(new Image(image.path("Id").asText(), List.copyOf(volumes)));
    }

    private static boolean isProven(JsonNode image, Digest digest) {
        for (var name : image.path("RepoDigests")) {
            if (name.asText().endsWith("@" + digest)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Has the engine fetch the image by digest; the engine checks that the content has it.
     *
     * @throws RefusedException if its registry does not have it, or does not give it to the engine
     */
    void pull(ImageReference reference) throws RefusedException {
        var name = reference.at(reference.pinned().orElseThrow()).toString();
        var answer = socket.send("POST", "/images/create?fromImage=" + encode(name), null, pullTimeout);
        var text = answer.text();
        // The status was sent before the engine tried, so what went wrong is only in the text.
        if (answer.isSuccess() && !text.contains("\"error\"")) {
            return;
        }
        var line = text.strip().lines().reduce((a, b) -> b).orElse("no reason given");
        var message = "the image " + name + " can't be pulled: " + line.substring(0, Math.min(line.length(), 500));
        if (NO_IMAGE.matcher(text).matches()) {
            throw new RefusedException(Refusal.IMAGE_UNAVAILABLE, message);
        }
        throw new ExternalSystemException(Reason.UNAVAILABLE, message);
    }

    /** Makes a container; answers false if the name is taken. */
    boolean create(String name, ObjectNode container) {
        var answer = socket.post("/containers/create?name=" + name, container);
        if (dialect().isNameTaken(answer)) {
            return false;
        }
        check(answer, "can't make the container " + name);
        return true;
    }

    /** Starts a container; answers why its program can't be started, or nothing if it was. */
    Optional<String> start(String name) {
        var answer = socket.post("/containers/" + name + "/start", null);
        if (!answer.isSuccess() && NO_PROGRAM.matcher(answer.message()).matches()) {
            return Optional.of(answer.message());
        }
        check(answer, "can't start the container " + name);
        return Optional.empty();
    }

    Optional<JsonNode> find(String name) {
        var path = "/containers/" + name + "/json";
        var answer = socket.get(path);
        // Podman reads the process of a container that it still believes to run; one that has just ended is told so at
        // once.
        for (var again = 0; again < LOOKS && answer.message().contains("no such process"); again++) {
            answer = socket.get(path);
        }
        return present(answer, "can't look up the container " + name);
    }

    /** Names of all containers of jobs, ended ones too. */
    List<String> names() {
        var filter = encode("{\"label\":[\"" + DISPATCH + "\"]}");
        var answer = check(socket.get("/containers/json?all=true&filters=" + filter), "can't list containers");
        var names = new ArrayList<String>();
        for (var container : answer.body()) {
            var name = container.path("Names").path(0).asText();
            names.add(name.startsWith("/") ? name.substring(1) : name);
        }
        return names;
    }

    /** SIGTERM, then SIGKILL after {@code grace}, rounded up to seconds; returns when the container has ended. */
    void stop(String name, Duration grace) {
        var seconds = grace.plusMillis(999).toSeconds();
        var path = "/containers/" + name + "/stop?t=" + seconds;
        var answer = socket.send("POST", path, null, grace.plus(STOP_MARGIN));
        if (!answer.isAbsent()) {
            check(answer, "can't stop the container " + name);
        }
    }

    /** Returns when the container has ended or is gone. */
    void await(String name, Duration atMost) {
        var answer = socket.send("POST", "/containers/" + name + "/wait", null, atMost);
        if (!answer.isAbsent()) {
            check(answer, "can't wait for the container " + name);
        }
    }

    /** Does {@code then} when the container has ended or is gone, or the engine; closing gives up. */
    Closeable whenEnded(String name, Runnable then) {
        return socket.begin("POST", "/containers/" + name + "/wait", then);
    }

    /** Kills and removes the container and its unnamed volumes. */
    void remove(String name) {
        // Without the kill Podman asks first, and gives a deaf program ten seconds. That it has ended already is fine.
        socket.post("/containers/" + name + "/kill?signal=SIGKILL", null);
        var path = "/containers/" + name + "?force=true&v=true";
        var answer = socket.delete(path);
        for (var i = 0; i < CLEANUP_LOOKS && dialect().isCleaningUp(answer); i++) {
            pause();
            answer = socket.delete(path);
        }
        if (!answer.isAbsent()) {
            check(answer, "can't remove the container " + name);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(CLEANUP_PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExternalSystemException(Reason.UNAVAILABLE, "interrupted while the engine cleans up", e);
        }
    }

    /** The container's output from its start in frames, to its end if it {@code follows}. */
    InputStream log(String name, boolean follows) throws IOException {
        return socket.stream(
                "/containers/" + name + "/logs?stdout=1&stderr=1&timestamps=1&follow=" + (follows ? 1 : 0));
    }

    private static Optional<JsonNode> present(Answer answer, String failure) {
        return answer.isAbsent()
                ? Optional.empty()
                : Optional.of(check(answer, failure).body());
    }

    private static Answer check(Answer answer, String failure) {
        if (answer.isSuccess()) {
            return answer;
        }
        var reason =
                switch (answer.status()) {
                    case 400, 404, 406, 409, 413 -> Reason.REJECTED;
                    case 401, 403 -> Reason.DENIED;
                    default -> Reason.UNAVAILABLE;
                };
        throw new ExternalSystemException(reason, "the container engine " + failure + ": " + answer.message());
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
