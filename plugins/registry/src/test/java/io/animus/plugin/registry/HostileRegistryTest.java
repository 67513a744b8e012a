package io.animus.plugin.registry;

import static io.animus.plugin.registry.Registries.assertFails;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import io.animus.api.types.ImageReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registries that lie, flood, redirect, or say nothing. */
class HostileRegistryTest {
    private static final String TYPE = "application/vnd.oci.image.manifest.v1+json";
    private static final byte[] MANIFEST = ("{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:" + "a".repeat(64)
                    + "\"},\"layers\":[]}")
            .getBytes(UTF_8);

    @TempDir
    Path folder;

    private HttpServer server;
    private String host;
    private OciImageRegistry registry;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        host = "127.0.0.1:" + server.getAddress().getPort();
        var credentials = folder.resolve("credentials");
        Files.writeString(credentials, host + " hub s3cret\n");
        registry = Registries.serving(credentials, Set.of(host), Set.of(host));
    }

    @AfterEach
    void stop() {
        registry.close();
        server.stop(0);
    }

    private ImageReference tag() {
        return ImageReference.parse(host + "/hub/sample:1");
    }

    private void answer(byte[] body, Map<String, String> headers) {
        server.createContext("/v2/", sending(200, body, headers));
    }

    private static HttpHandler sending(int status, byte[] body, Map<String, String> headers) {
        return exchange -> {
            headers.forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        };
    }

    @Test
    void rejectsContentThatIsNotWhatTheReferencePins() {
        answer(MANIFEST, Map.of("Content-Type", TYPE));
        assertThat(registry.find(tag()).orElseThrow().digest()).isEqualTo(Digest.of(MANIFEST));
        assertFails(Reason.REJECTED, () -> registry.find(tag().at(Digest.of(new byte[] {1}))));
    }

    @Test
    void rejectsADigestInAHeaderThatTheContentDoesNotHave() {
        answer(MANIFEST, Map.of("Content-Type", TYPE, "Docker-Content-Digest", "sha256:" + "b".repeat(64)));
        assertFails(Reason.REJECTED, () -> registry.find(tag()));
    }

    @Test
    void rejectsWhatIsNoManifest() {
        var content = new AtomicReference<byte[]>();
        var type = new AtomicReference<String>();
        server.createContext("/v2/", exchange -> sending(200, content.get(), Map.of("Content-Type", type.get()))
                .handle(exchange));
        for (var body : new String[] {
            "hello",
            "[]",
            "{",
            "{}",
            "{\"config\":{\"digest\":\"sha256:short\"}}",
            "{\"config\":[1,2]}",
            "{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}",
            "{\"mediaType\":\"text/plain\",\"config\":{\"digest\":\"sha256:" + "a".repeat(64) + "\"}}",
            new String(MANIFEST, UTF_8) + "{}"
        }) {
            content.set(body.getBytes(UTF_8));
            type.set(TYPE);
            assertFails(Reason.REJECTED, () -> registry.find(tag()));
        }
        content.set(MANIFEST);
        type.set("application/vnd.docker.distribution.manifest.v1+prettyjws");
        assertFails(Reason.REJECTED, () -> registry.find(tag()));
    }

    @Test
    void rejectsAManifestOfMoreThanFourMebibytes() {
        answer(new byte[RegistryHttp.MAX_BYTES + 1], Map.of("Content-Type", TYPE));
        assertFails(Reason.REJECTED, () -> registry.find(tag()));
    }

    @Test
    void takesNoLoginAlongWhenItIsSentElsewhere() throws Exception {
        var seen = new AtomicReference<>("nobody came");
        var storage = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        storage.createContext("/", exchange -> {
            seen.set(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            sending(200, MANIFEST, Map.of("Content-Type", TYPE)).handle(exchange);
        });
        storage.start();
        var elsewhere = "127.0.0.1:" + storage.getAddress().getPort();
        server.createContext("/v2/", exchange -> {
            var isKnown = exchange.getRequestHeaders().containsKey("Authorization");
            sending(
                            isKnown ? 307 : 401,
                            new byte[0],
                            Map.of(
                                    "WWW-Authenticate",
                                    "Basic realm=\"x\"",
                                    "Location",
                                    "http://" + elsewhere + "/blob"))
                    .handle(exchange);
        });
        var trusting = Registries.serving(folder.resolve("credentials"), Set.of(host), Set.of(host, elsewhere));
        try {
            assertFails(Reason.REJECTED, () -> registry.find(tag()));
            assertThat(seen.get()).isEqualTo("nobody came");
            assertThat(trusting.find(tag())).isPresent();
            assertThat(seen.get()).isEqualTo("null");
        } finally {
            trusting.close();
            storage.stop(0);
        }
    }

    @Test
    void rejectsRedirectsInCircles() {
        server.createContext("/v2/", sending(302, new byte[0], Map.of("Location", "/v2/again")));
        assertFails(Reason.REJECTED, () -> registry.find(tag()));
    }

    @Test
    void isUnavailableWhileTheRegistryIsBusyDeadOrMute() throws Exception {
        server.createContext("/v2/", sending(503, new byte[0], Map.of()));
        assertFails(Reason.UNAVAILABLE, () -> registry.find(tag()));
        server.stop(0);
        assertFails(Reason.UNAVAILABLE, () -> registry.find(tag()));
        try (var mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var silent = "127.0.0.1:" + mute.getLocalPort();
            var waiting = Registries.serving(null, Set.of(silent), Set.of(silent));
            try {
                assertFails(Reason.UNAVAILABLE, () -> waiting.find(ImageReference.parse(silent + "/hub/sample:1")));
            } finally {
                waiting.close();
            }
        }
    }

    @Test
    void givesUpWhenItIsInterrupted() throws Exception {
        var asked = new CountDownLatch(1);
        var over = new CountDownLatch(1);
        server.createContext("/v2/", exchange -> {
            asked.countDown();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
        var failure = new AtomicReference<ExternalSystemException>();
        var caller = new Thread(() -> {
            try {
                registry.find(tag());
            } catch (ExternalSystemException e) {
                failure.set(e);
            }
        });
        caller.start();
        asked.await();
        caller.interrupt();
        caller.join(1_500);
        over.countDown();
        assertThat(failure.get().reason()).isEqualTo(Reason.UNAVAILABLE);
    }
}
