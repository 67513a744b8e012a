package io.animus.kernel.shell;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What nobody breaks off. At Ctrl-C the shell interrupts the thread of a command, and at no other door is a use case interrupted: a
 * plugin would be left stopped halfway through its update.
 */
final class Undisturbed {
    private Undisturbed() {}

    static <T> T done(Supplier<T> work) {
        return done(work, () -> {});
    }

    /**
     * Does work on a thread of its own, and waits for its end, whoever interrupts.
     *
     * @param whenInterrupted is run once, at the first interrupt
     * @throws RuntimeException or Error that the work throws
     */
    static <T> T done(Supplier<T> work, Runnable whenInterrupted) {
        var context = MDC.getCopyOfContextMap();
        var task = new FutureTask<>(() -> {
            follow(context);
            return work.get();
        });
        var thread = new Thread(task, "animus-shell-work");
        thread.setDaemon(true);
        thread.start();
        try {
            return await(task, whenInterrupted);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error defect) {
                throw defect;
            }
            throw new IllegalStateException(e);
        }
    }

    /** What a future comes to, however often this thread is interrupted meanwhile; its interrupt is kept for what comes next. */
    static <T> T await(Future<T> future, Runnable whenInterrupted) throws ExecutionException {
        var isInterrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    if (!isInterrupted) {
                        whenInterrupted.run();
                    }
                    isInterrupted = true;
                }
            }
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void follow(@Nullable Map<String, String> context) {
        if (context != null) {
            MDC.setContextMap(context);
        }
    }
}
