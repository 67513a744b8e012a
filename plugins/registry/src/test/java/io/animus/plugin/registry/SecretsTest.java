package io.animus.plugin.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.animus.api.plugin.Logins;
import io.animus.api.tck.SecretsContract;
import io.animus.api.types.ImageReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry whose token server echoes the login as the token, and which then answers with the status in the tag. */
class SecretsTest implements SecretsContract {
    @TempDir
    Path folder;

    private HttpServer server;
    private String host;
    private Path credentials;
    private OciImageRegistry registry;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v2/", exchange -> {
            var path = exchange.getRequestURI().getPath();
            var isKnown = exchange.getRequestHeaders().containsKey("Authorization");
            exchange.getResponseHeaders()
                    .add(
                            "WWW-Authenticate",
                            path.contains("/basic/") ? "Basic realm=x" : "Bearer realm=\"http://" + host + "/token\"");
            exchange.getResponseHeaders().add("Location", "http://elsewhere.example/");
            exchange.sendResponseHeaders(
                    isKnown ? Integer.parseInt(path.substring(path.lastIndexOf('/') + 1)) : 401, -1);
            exchange.close();
        });
        server.createContext("/token", exchange -> {
            var token = ("{\"token\":\"" + SECRET + "\"}").getBytes(UTF_8);
            exchange.sendResponseHeaders(200, token.length);
            exchange.getResponseBody().write(token);
            exchange.close();
        });
        server.start();
        host = "127.0.0.1:" + server.getAddress().getPort();
        credentials = Files.writeString(folder.resolve("logins"), host + " " + USER + " " + SECRET + "\n");
        registry = Registries.serving(credentials, Set.of(host), Set.of(host));
    }

    @AfterEach
    void stop() {
        registry.close();
        server.stop(0);
    }

    @Override
    public Map<String, ThrowingCallable> failures() {
        var failures = new LinkedHashMap<String, ThrowingCallable>();
        for (var login : new String[] {"basic", "token"}) {
            for (var status : new int[] {200, 302, 401, 403, 429, 500}) {
                failures.put(login + " " + status, () -> ask("/" + login + "/x:" + status));
            }
        }
        failures.put("nobody there", () -> {
            server.stop(0);
            ask("/basic/x:200");
        });
        return failures;
    }

    private void ask(String image) {
        registry.find(ImageReference.parse(host + image));
    }

    @Test
    void keepsItOutOfWhatItSaysOfItself() {
        var logins = new Logins(credentials);
        assertThat(logins.read().get(0).password()).isEqualTo(SECRET);
        assertThat(logins + " " + logins.read() + registry + registry.descriptor() + registry.health())
                .doesNotContain(SECRET);
    }
}
