package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A way to an engine's socket that breaks when a request for something comes along; the engine never sees that one. */
final class CutSocket implements AutoCloseable {
    private final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    private final Queue<SocketChannel> ends = new ConcurrentLinkedQueue<>();
    private final Path path;
    private final Path engine;
    private final String cutAt;

    /**
     * Opens it.
     *
     * @param path of the socket to make; must not exist
     * @param cutAt what the head of the request contains
     */
    CutSocket(Path path, Path engine, String cutAt) throws IOException {
        this.path = path;
        this.engine = engine;
        this.cutAt = cutAt;
        server.bind(UnixDomainSocketAddress.of(path));
        start(this::accept);
    }

    Path path() {
        return path;
    }

    private void accept() throws IOException {
        while (true) {
            var client = server.accept();
            var upstream = SocketChannel.open(UnixDomainSocketAddress.of(engine));
            ends.add(client);
            ends.add(upstream);
            start(() -> relay(client, upstream, cutAt));
            start(() -> relay(upstream, client, null));
        }
    }

    private static void relay(SocketChannel from, SocketChannel to, String cutAt) throws IOException {
        var piece = ByteBuffer.allocate(1 << 16);
        try (from;
                to) {
            while (from.read(piece) >= 0) {
                piece.flip();
                if (cutAt != null
                        && US_ASCII.decode(piece.duplicate()).toString().contains(cutAt)) {
                    return;
                }
                while (piece.hasRemaining()) {
                    to.write(piece);
                }
                piece.clear();
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        var thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // One of the two ends was closed.
                    }
                },
                "cut-socket");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(path);
        for (var end : ends) {
            end.close();
        }
    }
}
