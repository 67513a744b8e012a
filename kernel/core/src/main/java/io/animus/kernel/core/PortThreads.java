package io.animus.kernel.core;

import java.io.Serial;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Threads for calls to plugins: each call has one at once, or is rejected. Safe for many threads. */
final class PortThreads extends ThreadPoolExecutor {
    private static final int SECONDS_IDLE = 30;
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    PortThreads(int most) {
        super(0, most, SECONDS_IDLE, TimeUnit.SECONDS, new HandOver(), PortThreads::thread);
    }

    /** A thread for work with plugins, which doesn't keep the hub alive. */
    static Thread thread(Runnable work) {
        return new PortThread(work);
    }

    private static final class PortThread extends Thread {
        private final Moment moment = new Moment();

        PortThread(Runnable work) {
            super(work, "animus-port-" + NUMBERS.incrementAndGet());
            setContextClassLoader(PortThreads.class.getClassLoader());
            setDaemon(true);
        }
    }

    /** Gives work to a thread that sleeps, or to one that has just ended its last and waits a {@link Moment} for more. */
    private static final class HandOver extends SynchronousQueue<Runnable> {
        @Serial
        private static final long serialVersionUID = 1L;

        private static final Runnable NOTHING = () -> {};

        /** Null if nobody waits awake; one thread does at the most. */
        private final AtomicReference<@Nullable Runnable> given = new AtomicReference<>();

        @Override
        public boolean offer(Runnable work) {
            return given.compareAndSet(NOTHING, work) || super.offer(work);
        }

        @Override
        public @Nullable Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
            var work = Thread.currentThread() instanceof PortThread thread ? pollAwake(thread.moment) : null;
            return work != null ? work : super.poll(timeout, unit);
        }

        private @Nullable Runnable pollAwake(Moment moment) {
            if (!given.compareAndSet(null, NOTHING)) {
                return null;
            }
            moment.sees(() -> given.get() != NOTHING);
            var work = given.getAndSet(null);
            return work == NOTHING ? null : work;
        }
    }
}
