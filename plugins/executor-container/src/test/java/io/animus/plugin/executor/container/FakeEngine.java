package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An engine that does what a real one does only in an unlucky moment: it answers each connection once, as a test says. */
final class FakeEngine {
    private final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    private final Queue<SocketChannel> connections = new ConcurrentLinkedQueue<>();
    private final Behaviour behaviour;

    /** What the engine answers, after the head of a success was sent. */
    interface Behaviour {
        /**
         * Writes the body.
         *
         * @param request method and path
         * @return whether that was all; if not, the connection stays open
         */
        boolean answer(String request, OutputStream body) throws IOException;
    }

    FakeEngine(Path socket, Behaviour behaviour) throws IOException {
        this.behaviour = behaviour;
        server.bind(UnixDomainSocketAddress.of(socket));
        start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                var connection = server.accept();
                connections.add(connection);
                start(() -> serve(connection));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(SocketChannel connection) {
        try {
            var in = new BufferedReader(new InputStreamReader(Channels.newInputStream(connection), US_ASCII));
            var request = in.readLine();
            while (!in.readLine().isEmpty()) {
                // The rest of the head does not matter.
            }
            var out = Channels.newOutputStream(connection);
            out.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
            if (behaviour.answer(request.substring(0, request.lastIndexOf(' ')), out)) {
                connection.close();
            }
        } catch (IOException e) {
            // The client went away.
        }
    }

    private static void start(Runnable work) {
        var thread = new Thread(work, "fake-engine");
        thread.setDaemon(true);
        thread.start();
    }

    void close() throws IOException {
        server.close();
        for (var connection : connections) {
            connection.close();
        }
    }
}
