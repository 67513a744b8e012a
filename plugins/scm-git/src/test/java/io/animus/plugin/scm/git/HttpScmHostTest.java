package io.animus.plugin.scm.git;

import static io.animus.plugin.scm.git.FileScmHostTest.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.animus.api.scm.ScmHost;
import io.animus.api.tck.ScmHostContract;
import io.animus.api.types.ExternalSystemException.Reason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Git's own smart HTTP server behind nginx, which asks for a password. */
class HttpScmHostTest implements ScmHostContract {
    @TempDir
    static Path shared;

    private static SampleRepositories repositories;
    private static NginxGit nginx;
    private static String url;

    @TempDir
    Path folder;

    private Sample sample;
    private GitScmHost host;

    @BeforeAll
    static void serve() throws Exception {
        repositories = SampleRepositories.create(shared);
        nginx = NginxGit.start(shared, NginxGit.PLAIN);
        url = "http://" + nginx.address(0) + "/git/";
    }

    @AfterAll
    static void stopServing() throws InterruptedException {
        nginx.close();
    }

    @BeforeEach
    void start() throws Exception {
        sample = repositories.at(url);
        host = host("s3cret");
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private GitScmHost host(String password, String... morePrefixes) throws Exception {
        var credentials = Files.createTempFile(folder, "credentials", "");
        Files.writeString(credentials, "# for tests\n" + url + " hub " + password + "\n");
        var prefixes = new String[morePrefixes.length + 1];
        prefixes[0] = url;
        System.arraycopy(morePrefixes, 0, prefixes, 1, morePrefixes.length);
        return Hosts.serving(
                Files.createTempDirectory(folder, "cache"), Hosts.access(credentials.toString(), ""), prefixes);
    }

    @Override
    public ScmHost host() {
        return host;
    }

    @Override
    public Sample sample() {
        return sample;
    }

    @Test
    void isDeniedWithAWrongPasswordOrNone() throws Exception {
        var wrong = host("wrong");
        var none = Hosts.serving(folder.resolve("none"), Hosts.noAccess(), url);
        try {
            assertFails(Reason.DENIED, () -> wrong.resolve(sample.repository(), "main"));
            assertFails(Reason.DENIED, () -> wrong.contains(sample.repository(), sample.head()));
            assertFails(Reason.DENIED, () -> none.resolve(sample.repository(), "main"));
        } finally {
            wrong.close();
            none.close();
        }
    }

    @Test
    void isUnavailableWhenNobodyListensOrNobodyAnswers() throws Exception {
        try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            var dead = "http://127.0.0.1:" + Commands.freePort() + "/";
            var mute = "http://127.0.0.1:" + silent.getLocalPort() + "/";
            var both = host("s3cret", dead, mute);
            try {
                assertFails(Reason.UNAVAILABLE, () -> both.resolve(URI.create(dead + "x.git"), "main"));
                assertFails(Reason.UNAVAILABLE, () -> both.contains(URI.create(dead + "x.git"), sample.head()));
                assertThatThrownBy(() -> both.contains(URI.create(dead + "x.git"), sample.head()))
                        .hasMessage(dead + "x.git doesn't answer");
                assertFails(Reason.UNAVAILABLE, () -> both.resolve(URI.create(mute + "x.git"), "main"));
            } finally {
                both.close();
            }
        }
    }

    @Test
    void neitherFollowsARedirectNorShowsItsLoginThere() throws Exception {
        var seen = new AtomicReference<String>();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().add("Location", url + "sample.git/info/refs?service=git-upload-pack");
            exchange.sendResponseHeaders(301, -1);
            seen.set(exchange.getRequestHeaders().getFirst("Authorization"));
            exchange.close();
        });
        server.createContext("/broken", exchange -> {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        server.start();
        var other = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
        var both = host("s3cret", other);
        try {
            assertFails(Reason.REJECTED, () -> both.resolve(URI.create(other + "moved/sample.git"), "main"));
            assertFails(Reason.UNAVAILABLE, () -> both.resolve(URI.create(other + "broken/sample.git"), "main"));
            assertThat(seen.get()).isNull();
        } finally {
            both.close();
            server.stop(0);
        }
    }

    @Test
    void readsARotatedPasswordAtOnce() throws Exception {
        var credentials = folder.resolve("rotated");
        Files.writeString(credentials, url + " hub old");
        var rotated = Hosts.serving(folder.resolve("c"), Hosts.access(credentials.toString(), ""), url);
        try {
            assertFails(Reason.DENIED, () -> rotated.resolve(sample.repository(), "main"));
            Files.writeString(credentials, url + " hub s3cret");
            assertThat(rotated.resolve(sample.repository(), "main")).contains(sample.head());
        } finally {
            rotated.close();
        }
    }
}
