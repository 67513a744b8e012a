package io.animus.api.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.animus.api.tck.TlsCertificates.Shown;
import io.animus.api.types.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/**
 * A receiver of webhooks in a process of its own, on one port of 127.0.0.1 that stays the same: HTTPS by Python, which
 * checks signatures on its own and has all the bad manners there are. See {@code webhook-receiver.py}.
 */
public final class WebhookReceiver implements AutoCloseable {
    /** Another Standard Webhooks secret than anybody else has. */
    public static final String SECRET =
            "whsec_" + Base64.getEncoder().encodeToString("thirty-two bytes for a test only".getBytes(UTF_8));

    private final Path folder;
    private final List<String> arguments;
    private final int port;
    private Process process;

    /**
     * One message, as it came in.
     *
     * @param connection the sender's port
     */
    public record Received(String path, boolean isSigned, long connection, Json.Members headers, byte[] body) {
        /** The header of this name in lower case. */
        public String header(String name) {
            return headers.find(name).map(Json.Text.class::cast).orElseThrow().value();
        }
    }

    /**
     * Starts it.
     *
     * @param secret to check signatures with; {@code -} to check none
     */
    public WebhookReceiver(Path folder, TlsCertificates certificates, Shown shown, String secret) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.port = freePort();
        var script = folder.resolve("receiver.py");
        try (var in = Objects.requireNonNull(WebhookReceiver.class.getResourceAsStream("webhook-receiver.py"))) {
            Files.write(script, in.readAllBytes());
        }
        this.arguments = List.of(
                "python3",
                script.toString(),
                Integer.toString(port),
                folder.resolve("received").toString(),
                certificates.certificate(shown).toString(),
                certificates.key(shown).toString(),
                secret);
        this.process = started();
    }

    /** Starts it again at the same port, with what it had. */
    public void start() throws IOException {
        process = started();
    }

    /** Ends it without a goodbye. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Where it takes messages; what it makes of them is in the path. */
    public URI url(String path) {
        return URI.create("https://127.0.0.1:" + port + path);
    }

    /** All messages so far, in the order of arrival. */
    public List<Received> received() {
        return notes().stream()
                .filter(note -> note.find("path").isPresent())
                .map(WebhookReceiver::message)
                .toList();
    }

    /** How many handshakes failed so far. */
    public long failedHandshakes() {
        return notes().stream().filter(note -> note.find("refused").isPresent()).count();
    }

    @Override
    public void close() {
        kill();
    }

    private static Received message(Json.Members note) {
        return new Received(
                text(note, "path"),
                note.find("signed").orElseThrow().equals(Json.of(true)),
                note.find("connection")
                        .map(Json.Whole.class::cast)
                        .orElseThrow()
                        .value(),
                note.find("headers").map(Json.Members.class::cast).orElseThrow(),
                Base64.getDecoder().decode(text(note, "body")));
    }

    private static String text(Json.Members note, String name) {
        return note.find(name).map(Json.Text.class::cast).orElseThrow().value();
    }

    private List<Json.Members> notes() {
        try {
            var file = folder.resolve("received");
            var text = Files.exists(file) ? Files.readString(file) : "";
            // A line that is just being written is none yet.
            return text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .map(line -> Json.read(line.getBytes(UTF_8)))
                    .map(Json.Members.class::cast)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process started() throws IOException {
        var log = folder.resolve("console.log");
        Files.deleteIfExists(log);
        var started = new ProcessBuilder(arguments)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        var deadline = System.nanoTime() + SECONDS.toNanos(30);
        while (System.nanoTime() < deadline && started.isAlive()) {
            if (Files.readString(log).contains("listening")) {
                return started;
            }
            Thread.onSpinWait();
        }
        started.destroyForcibly();
        throw new IOException("the receiver doesn't come up: " + Files.readString(log));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
