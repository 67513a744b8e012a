package io.animus.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * Stands between one caller and an engine's socket and knows how long the caller waited for the engine: from the last byte of
 * each question to the last byte of its answer. What the relay itself takes counts as the caller's. One question at a time.
 */
final class EngineRelay implements Closeable {
    private static final int BUFFER = 1 << 16;

    private final Path engine;
    private final ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    private long asked;
    private long answered;
    private long waited;

    EngineRelay(Path socket, Path engine) throws IOException {
        this.engine = engine;
        door.bind(UnixDomainSocketAddress.of(socket));
        start("accept", this::accept);
    }

    /** So far, in ns. */
    synchronized long waited() {
        settle();
        return waited;
    }

    private synchronized void ask() {
        settle();
        asked = System.nanoTime();
    }

    private synchronized void answer() {
        answered = System.nanoTime();
    }

    private void settle() {
        if (asked > 0 && answered > asked) {
            waited += answered - asked;
            asked = 0;
        }
    }

    private void accept() throws IOException {
        while (door.isOpen()) {
            var caller = door.accept();
            var called = SocketChannel.open(UnixDomainSocketAddress.of(engine));
            start("ask", () -> pass(caller, called, this::ask));
            start("answer", () -> pass(called, caller, this::answer));
        }
    }

    private static void pass(SocketChannel from, SocketChannel to, Runnable noted) throws IOException {
        try (from;
                to) {
            var buffer = ByteBuffer.allocateDirect(BUFFER);
            while (from.read(buffer) >= 0) {
                noted.run();
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
        }
    }

    /** Work that ends when somebody hangs up. */
    private interface Work {
        void run() throws IOException;
    }

    private static void start(String name, Work work) {
        var thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // Hung up.
                    }
                },
                "relay-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
