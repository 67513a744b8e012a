package io.animus.plugin.executor.container;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.io.Transport;
import org.jspecify.annotations.Nullable;

/** JSON over HTTP over the engine's Unix socket. Safe for use by many threads. */
final class EngineSocket {
    /** The version of the Docker Engine API that every supported engine speaks. */
    static final String API = "http://engine/v1.41";

    private static final int MAX_ANSWER = 16 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client;
    private final List<Path> sockets;
    private final Duration timeout;

    /** What the engine answered; the body is missing if it isn't JSON. */
    record Answer(int status, JsonNode body, String text) {
        boolean isSuccess() {
            return status < 400;
        }

        boolean isAbsent() {
            return status == 404;
        }

        /** The engine's own words, cut to a line for people. */
        String message() {
            var words = body.path("message").asText(text).strip();
            return "HTTP " + status + ", " + words.substring(0, Math.min(words.length(), 500));
        }
    }

    EngineSocket(HttpClient client, List<Path> sockets, Duration timeout) {
        this.client = client;
        this.sockets = sockets;
        this.timeout = timeout;
    }

    /** The socket that is used now: the first that exists, else the first. */
    Path path() {
        return sockets.stream().filter(Files::exists).findFirst().orElse(sockets.get(0));
    }

    Answer get(String path) {
        return send("GET", path, null, timeout);
    }

    Answer delete(String path) {
        return send("DELETE", path, null, timeout);
    }

    Answer post(String path, @Nullable JsonNode body) {
        return send("POST", path, body, timeout);
    }

    /**
     * One call.
     *
     * @throws ExternalSystemException {@code UNAVAILABLE} if the engine does not answer in time, {@code DENIED} if the hub
     *     may not use its socket
     */
    Answer send(String method, String path, @Nullable JsonNode body, Duration atMost) {
        var request = request(method, path).timeout(atMost.toMillis(), TimeUnit.MILLISECONDS);
        if (body != null) {
            request.body(new StringRequestContent("application/json", body.toString()));
        }
        var exchange = new CompletableResponseListener(request, MAX_ANSWER).send();
        try {
            var response = exchange.get();
            var text = response.getContentAsString();
            return new Answer(response.getStatus(), json(text), text);
        } catch (ExecutionException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            request.abort(e);
            throw interrupted(e);
        }
    }

    /**
     * Begins a call whose answer may take for ever, and does {@code then} when it is there or has failed, on a thread of the
     * client; closing gives it up.
     */
    Closeable begin(String method, String path, Runnable then) {
        var request = request(method, path).idleTimeout(0, TimeUnit.MILLISECONDS);
        request.send(result -> then.run());
        return () -> request.abort(new InterruptedIOException("nobody waits for this any more"));
    }

    /** Opens an answer of any length; it may take for ever, until closed. */
    InputStream stream(String path) throws IOException {
        var listener = new InputStreamResponseListener();
        request("GET", path).idleTimeout(0, TimeUnit.MILLISECONDS).send(listener);
        try {
            var response = listener.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            var stream = listener.getInputStream();
            if (response.getStatus() == 200) {
                return stream;
            }
            stream.close();
            var reason = response.getStatus() >= 500 ? Reason.UNAVAILABLE : Reason.REJECTED;
            throw new ExternalSystemException(reason, "the engine refused a stream: HTTP " + response.getStatus());
        } catch (ExecutionException | TimeoutException e) {
            listener.getInputStream().close();
            throw failed(e);
        } catch (InterruptedException e) {
            listener.getInputStream().close();
            throw interrupted(e);
        }
    }

    private Request request(String method, String path) {
        return client.newRequest(API + path).method(method).transport(new Transport.TCPUnix(path()));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    private ExternalSystemException failed(Exception e) {
        var socket = path();
        if (Files.exists(socket) && !Files.isWritable(socket)) {
            return new ExternalSystemException(Reason.DENIED, "the hub may not use the engine's socket " + socket, e);
        }
        var what = Files.exists(socket) ? "does not answer at " : "has no socket at ";
        return new ExternalSystemException(Reason.UNAVAILABLE, "the container engine " + what + socket, e);
    }

    private static ExternalSystemException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new ExternalSystemException(Reason.UNAVAILABLE, "interrupted while the engine worked", e);
    }
}
