package io.animus.kernel.shell;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Writes to a channel on a thread of its own. The shell interrupts threads of commands that are over, and a channel to which an
 * interrupted thread writes is closed by that.
 */
final class Carrier extends OutputStream {
    private final OutputStream out;
    private final ExecutorService writer = Executors.newSingleThreadExecutor(Carrier::thread);

    Carrier(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        var written = writer.submit(() -> {
            out.write(bytes, offset, length);
            return null;
        });
        var isInterrupted = Thread.interrupted();
        try {
            while (!isDone(written)) {
                isInterrupted = true;
            }
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits; false if it was interrupted before that was over. */
    private static boolean isDone(Future<?> written) throws IOException {
        try {
            written.get();
            return true;
        } catch (InterruptedException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IOException("nobody reads any more", e);
        }
    }

    @Override
    public void close() throws IOException {
        writer.shutdown();
        out.close();
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "animus-shell-writer");
        thread.setDaemon(true);
        return thread;
    }
}
