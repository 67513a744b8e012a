package io.animus.kernel.core;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleReference;
import org.slf4j.MDC;

/** A call to a plugin, on a thread of its own. Safe for many threads. */
final class PortWork implements Runnable {
    private static final Duration STUBBORN = Duration.ofSeconds(1);
    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    private final String port;
    private final Called called;
    private final FutureTask<?> task;
    private final ClassLoader classes;
    private final PortSpan span;
    private final Consumer<PortWork> end;
    /** What a plugin logs is of the request and the run that it is called for. */
    private final @Nullable Map<String, String> context = MDC.getCopyOfContextMap();

    private volatile @Nullable Thread thread;
    private volatile boolean over;
    private volatile long canceled;
    private long begun;
    private long allocatedBefore;

    /**
     * @param called the plugin
     * @param classes of the plugin
     * @param span of the call, with its retries
     * @param end is run when the thread is free again, however late that is
     */
    PortWork(
            String port,
            Called called,
            FutureTask<?> task,
            ClassLoader classes,
            PortSpan span,
            Consumer<PortWork> end) {
        this.port = port;
        this.called = called;
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
        begun = System.nanoTime();
        allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
        // Last, for whoever sees the thread reads the others.
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

    /**
     * What a call that is under way has taken so far.
     *
     * @param allocated bytes, whether they are still in use or not
     */
    record Use(PortWork work, Duration since, long allocated) {
        /** For people: {@code allocated 180 MB in 2.00 s}. */
        String text() {
            return "allocated %d MB in %.2f s".formatted(allocated >> 20, since.toMillis() / 1e3);
        }

        /** The same with the plugin, the port and where it is now. */
        String whole() {
            return "%s (%s) %s%s".formatted(work.called.name(), work.port, text(), work.place());
        }

        double perSecond() {
            return allocated / Math.max(since.toNanos() / 1e9, 1e-3);
        }
    }

    /** Empty if it has not begun, or is over. */
    Optional<Use> use() {
        var running = thread;
        if (running == null) {
            return Optional.empty();
        }
        var allocated = THREADS.getThreadAllocatedBytes(running.getId()) - allocatedBefore;
        return Optional.of(new Use(this, Duration.ofNanos(System.nanoTime() - begun), Math.max(allocated, 0)));
    }

    String port() {
        return port;
    }

    Called called() {
        return called;
    }

    /** The bundle of the plugin; empty where there is no framework. */
    Optional<Bundle> bundle() {
        return classes instanceof BundleReference found ? Optional.of(found.getBundle()) : Optional.empty();
    }

    boolean isOver() {
        return over;
    }

    /** Where it is now, as {@link #place(Thread)}. */
    String place() {
        var running = thread;
        return running == null ? "" : place(running);
    }

    /** Which code a thread runs, but for the JDK's: {@code " in Type.method"}; empty if there is no other. */
    static String place(Thread thread) {
        return place(thread.getStackTrace());
    }

    /** The same of a thread that had this stack. */
    static String place(StackTraceElement[] stack) {
        return code(stack)
                .findFirst()
                .map(frame -> " in " + frame.getClassName() + "." + frame.getMethodName())
                .orElse("");
    }

    /** What a thread with this stack runs, innermost first, without what is the JDK's. */
    static Stream<StackTraceElement> code(StackTraceElement[] stack) {
        return Arrays.stream(stack)
                .filter(frame -> !frame.getClassName().startsWith("java.")
                        && !frame.getClassName().startsWith("jdk."));
    }
}
