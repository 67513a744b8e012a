package io.animus.plugin.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.animus.api.tck.ClosingContract;
import io.animus.api.tck.DeadlineContract;
import io.animus.api.types.ImageReference;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of threads, lent and own. */
class RegistryThreadsTest implements ClosingContract, DeadlineContract {
    @TempDir
    Path folder;

    private HttpServer empty;
    private ServerSocket silent;

    @BeforeEach
    void start() throws IOException {
        empty = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        empty.createContext("/", exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        empty.start();
        silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        empty.stop(0);
        silent.close();
    }

    @Override
    public AutoCloseable used() {
        var registry = at(empty.getAddress().getPort());
        assertThat(registry.find(image(empty.getAddress().getPort()))).isEmpty();
        return registry::close;
    }

    @Override
    public void callWhatNeverAnswers() {
        var registry = at(silent.getLocalPort());
        try {
            registry.find(image(silent.getLocalPort()));
        } finally {
            registry.close();
        }
    }

    private OciImageRegistry at(int port) {
        var host = "127.0.0.1:" + port;
        return Registries.serving(folder.resolve("none"), Set.of(host), Set.of(host));
    }

    private static ImageReference image(int port) {
        return ImageReference.parse("127.0.0.1:" + port + "/hub/sample:1");
    }
}
