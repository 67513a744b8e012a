package io.animus.plugin.executor.container;

import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A few threads that make disks, so that a job's are made at the same time and while its inputs are fetched. */
final class DiskThreads implements Closeable {
    private static final int THREADS = 4;
    private static final int IDLE_SECONDS = 30;

    private final ThreadPoolExecutor threads;

    /** What is done to one disk. */
    interface Work {
        void run() throws IOException;
    }

    /** Work that was begun. Closing waits for its end, however it ends: nobody cleans up behind it before that. */
    static final class Begun implements Closeable {
        private final CompletableFuture<Void> all;

        private Begun(CompletableFuture<Void> all) {
            this.all = all;
        }

        /**
         * Waits until all of it is done.
         *
         * @throws IOException as the work did
         * @throws ExternalSystemException as the work did; {@code UNAVAILABLE} also if the thread is interrupted
         */
        void await() throws IOException {
            try {
                all.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof UncheckedIOException disk) {
                    throw disk.getCause();
                }
                throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ExternalSystemException(Reason.UNAVAILABLE, "interrupted while disks are made", e);
            }
        }

        @Override
        public void close() {
            // Unlike get(), this goes on waiting for an interrupted thread. The programs behind it end within a minute.
            all.handle((done, failure) -> done).join();
        }
    }

    /** @param name of the threads */
    DiskThreads(String name) {
        // Where all are busy, or closed, the caller does it.
        threads = new ThreadPoolExecutor(
                0,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                work -> thread(name, work),
                (work, pool) -> work.run());
    }

    private static Thread thread(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Begins all of this at once. */
    Begun begin(Work... works) {
        return new Begun(CompletableFuture.allOf(Arrays.stream(works)
                .map(work -> CompletableFuture.runAsync(() -> run(work), threads))
                .toArray(CompletableFuture<?>[]::new)));
    }

    private static void run(Work work) {
        try {
            work.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes no more work onto the threads; what was begun goes on. */
    @Override
    public void close() {
        threads.shutdown();
    }
}
