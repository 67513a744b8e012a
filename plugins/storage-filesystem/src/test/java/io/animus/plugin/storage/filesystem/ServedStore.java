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
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A store in a directory, served by a real HTTP server, with a clock that a test can put forward; others can be put beside it. */
final class ServedStore implements AutoCloseable {
    private final Path directory;
    private final Server server = new Server();
    private final URI url;
    private final ObjectServlet servlet = new ObjectServlet();
    private final List<FilesystemObjectStore> stores = new ArrayList<>();
    private final FilesystemObjectStore store;
    private final SetClock clock = new SetClock();

    ServedStore(Path directory, long freeFloor) throws Exception {
        this.directory = directory;
        var connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.open();
        server.addConnector(connector);
        url = URI.create("http://127.0.0.1:" + connector.getLocalPort());
        store = open(FilesystemObjectStore.DEFAULT, directory, freeFloor);
        var context = new ServletContextHandler();
        context.addServlet(new ServletHolder(servlet), FilesystemObjectStore.PATH + "/*");
        server.setHandler(context);
        server.start();
    }

    private FilesystemObjectStore open(String instance, Path directory, long freeFloor) throws IOException {
        var opened = new FilesystemObjectStore(instance, directory, freeFloor, url, clock, PluginRoutes::start);
        stores.add(opened);
        servlet.add(opened);
        return opened;
    }

    FilesystemObjectStore store() {
        return store;
    }

    /** Opens another store, which the same server serves. */
    FilesystemObjectStore beside(String instance, Path directory) throws IOException {
        return open(instance, directory, 0);
    }

    /** Serves a store no more. */
    void withdraw(FilesystemObjectStore other) {
        servlet.remove(other);
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
        stores.forEach(FilesystemObjectStore::close);
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
