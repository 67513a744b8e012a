package io.animus.plugin.scm.git;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.animus.api.tck.SecretsContract;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host that asks for the login and then does what the path says: answers with that status. */
class SecretsTest implements SecretsContract {
    @TempDir
    Path folder;

    private HttpServer server;
    private String url;
    private GitAccess access;
    private GitScmHost host;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var isKnown = exchange.getRequestHeaders().containsKey("Authorization");
            var wanted = Integer.parseInt(exchange.getRequestURI().getPath().split("/")[1]);
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=x");
            exchange.getResponseHeaders().add("Location", url + "500/x.git");
            exchange.sendResponseHeaders(isKnown ? wanted : 401, -1);
            exchange.close();
        });
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
        access = access(url + " " + USER + " " + SECRET);
        host = Hosts.serving(folder.resolve("cache"), access, url);
    }

    @AfterEach
    void stop() {
        host.close();
        server.stop(0);
    }

    private GitAccess access(String line) throws Exception {
        return Hosts.access(
                Files.writeString(Files.createTempFile(folder, "logins", ""), line + "\n")
                        .toString(),
                "");
    }

    @Override
    public Map<String, ThrowingCallable> failures() throws Exception {
        var failures = new LinkedHashMap<String, ThrowingCallable>();
        for (var status : new int[] {200, 301, 401, 403, 404, 429, 500}) {
            failures.put("status " + status, () -> host.resolve(URI.create(url + status + "/x.git"), "main"));
        }
        var withPassword = url.replace("://", "://" + USER + ":" + SECRET + "@");
        failures.put("a password in a URL", () -> host.resolve(URI.create(withPassword + "x.git"), "main"));
        failures.put("a password in a prefix", () -> new ServedUrls(List.of(withPassword)));
        var garbled = Hosts.serving(folder.resolve("garbled"), access(SECRET + " " + USER + " " + url), url);
        failures.put("a garbled file", () -> garbled.resolve(URI.create(url + "500/x.git"), "main"));
        failures.put("nobody there", () -> {
            server.stop(0);
            host.resolve(URI.create(url + "500/x.git"), "main");
        });
        return failures;
    }

    @Test
    void keepsItOutOfWhatItSaysOfItself() {
        var login = access.login(URI.create(url + "x.git")).orElseThrow();
        assertThat(login.password()).isEqualTo(SECRET);
        assertThat(login + " " + access + host + host.descriptor() + host.health())
                .doesNotContain(SECRET);
    }
}
