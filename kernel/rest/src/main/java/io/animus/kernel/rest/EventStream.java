package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Server-sent events on their way to one client. Safe for many threads. */
final class EventStream {
    private static final long HEARTBEAT = Duration.ofSeconds(15).toNanos();
    private static final byte[] COMMENT = ":\n\n".getBytes(UTF_8);
    private static final byte[] END = "event: end\ndata: {}\n\n".getBytes(UTF_8);

    private final OutputStream out;
    private final CountDownLatch stopping;
    private long written = System.nanoTime();

    /** @param stopping reaches zero when the hub stops */
    EventStream(OutputStream out, CountDownLatch stopping) {
        this.out = out;
        this.stopping = stopping;
    }

    boolean isOpen() {
        return stopping.getCount() > 0;
    }

    /** @param data JSON in one line */
    void send(String id, String event, byte[] data) throws IOException {
        write(("id: " + id + "\nevent: " + event + "\ndata: ").getBytes(UTF_8), data, "\n\n".getBytes(UTF_8));
    }

    /** Says that nothing follows. */
    void end() throws IOException {
        write(END);
    }

    /** Shows at once that the stream is open, before there is anything to say. */
    void begin() throws IOException {
        write(COMMENT);
    }

    /** Waits, at most until the hub stops, and shows that the stream lives if nothing else did for a while. */
    void pause(Duration time) throws IOException {
        try {
            if (stopping.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        keepAlive();
    }

    /** Sends a comment if nothing was sent for 15 seconds. */
    synchronized void keepAlive() throws IOException {
        if (System.nanoTime() - written >= HEARTBEAT) {
            write(COMMENT);
        }
    }

    private synchronized void write(byte[]... parts) throws IOException {
        for (var part : parts) {
            out.write(part);
        }
        out.flush();
        written = System.nanoTime();
    }
}
