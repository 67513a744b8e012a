package io.animus.plugin.storage.filesystem;

import io.animus.api.plugin.PluginRoutes;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A store in a directory, served by a real HTTP server, with a clock that a test can put forward. */
final class ServedStore implements AutoCloseable {
    private final Path directory;
    private final Server server = new Server();
    private final FilesystemObjectStore store;
    private final SetClock clock = new SetClock();

    ServedStore(Path directory, long freeFloor) throws Exception {
        this.directory = directory;
        var connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.open();
        server.addConnector(connector);
        store = new FilesystemObjectStore(
                directory,
                freeFloor,
                URI.create("http://127.0.0.1:" + connector.getLocalPort()),
                clock,
                PluginRoutes::start);
        var context = new ServletContextHandler();
        context.addServlet(new ServletHolder(new ObjectServlet(store)), FilesystemObjectStore.PATH + "/*");
        server.setHandler(context);
        server.start();
    }

    FilesystemObjectStore store() {
        return store;
    }

    void forward(Duration time) {
        clock.now = clock.now.plus(time);
    }

    /** Every file of an object or of an unfinished upload. */
    List<Path> files() throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(f -> !f.endsWith("signing.key"))
                    .toList();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IOException("the server doesn't stop", e);
        }
        store.close();
    }

    private static final class SetClock extends Clock {
        private volatile Instant now = Instant.now();

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
