package io.animus.kernel.core;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** A call to a plugin, on a thread of its own. Safe for many threads. */
final class PortWork implements Runnable {
    private static final Duration STUBBORN = Duration.ofSeconds(1);

    private final FutureTask<?> task;
    private final ClassLoader classes;
    private final PortSpan span;
    private final Consumer<PortWork> end;
    /** What a plugin logs is of the request and the run that it is called for. */
    private final @Nullable Map<String, String> context = MDC.getCopyOfContextMap();

    private volatile @Nullable Thread thread;
    private volatile boolean over;
    private volatile long canceled;

    /**
     * @param classes of the plugin
     * @param span of the call, with its retries
     * @param end is run when the thread is free again, however late that is
     */
    PortWork(FutureTask<?> task, ClassLoader classes, PortSpan span, Consumer<PortWork> end) {
        this.task = task;
        this.classes = classes;
        this.span = span;
        this.end = end;
    }

    @Override
    public void run() {
        var here = Thread.currentThread();
        var before = here.getContextClassLoader();
        // Threads that the plugin starts now are known as its own by this.
        here.setContextClassLoader(classes);
        thread = here;
        try {
            if (context != null) {
                MDC.setContextMap(context);
            }
            Tracing.enter(span);
            task.run();
        } finally {
            Tracing.leave(span);
            MDC.clear();
            here.setContextClassLoader(before);
            thread = null;
            over = true;
            end.accept(this);
        }
    }

    /** Interrupts it, and keeps it in {@code overdue} until it ends. */
    void cancel(Set<PortWork> overdue) {
        canceled = System.nanoTime();
        overdue.add(this);
        task.cancel(true);
        if (over) {
            overdue.remove(this);
        }
    }

    /** Whether it was interrupted a while ago and goes on. */
    boolean isStubborn() {
        return !over && System.nanoTime() - canceled > STUBBORN.toNanos();
    }

    /** Where it is now, as {@link #place(Thread)}. */
    String place() {
        var running = thread;
        return running == null ? "" : place(running);
    }

    /** Which code a thread runs, but for the JDK's: {@code " in Type.method"}; empty if there is no other. */
    static String place(Thread thread) {
        return code(thread)
                .findFirst()
                .map(frame -> " in " + frame.getClassName() + "." + frame.getMethodName())
                .orElse("");
    }

    /** What a thread runs now, innermost first, without what is the JDK's. */
    static Stream<StackTraceElement> code(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .filter(frame -> !frame.getClassName().startsWith("java.")
                        && !frame.getClassName().startsWith("jdk."));
    }
}
