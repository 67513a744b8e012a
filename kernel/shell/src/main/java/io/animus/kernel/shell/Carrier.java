package io.animus.kernel.shell;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

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
        try {
            var written = writer.submit(() -> {
                out.write(bytes, offset, length);
                return null;
            });
            Undisturbed.await(written, () -> {});
        } catch (ExecutionException | RejectedExecutionException e) {
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
