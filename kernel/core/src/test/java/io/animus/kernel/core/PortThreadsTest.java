package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PortThreadsTest {
    private static final int CALLERS = 4;
    private static final int CALLS = 20_000;

    private final PortThreads threads = new PortThreads(2 * CALLERS);

    @AfterEach
    void close() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void doesEachWorkOnceHoweverFastItComes() throws Exception {
        var done = new AtomicIntegerArray(CALLERS * CALLS);
        var callers = new ArrayList<FutureTask<Boolean>>();
        for (var caller = 0; caller < CALLERS; caller++) {
            var from = caller * CALLS;
            var calls = new FutureTask<>(() -> {
                for (var call = from; call < from + CALLS; call++) {
                    var which = call;
                    var work = new FutureTask<>(() -> done.incrementAndGet(which));
                    execute(work);
                    work.get();
                }
                return true;
            });
            callers.add(calls);
            new Thread(calls, "caller-" + caller).start();
        }

        for (var caller : callers) {
            assertThat(caller.get()).isTrue();
        }
        for (var call = 0; call < done.length(); call++) {
            assertThat(done.get(call)).isEqualTo(1);
        }
    }

    /** Threads that have just ended their work are not free yet, so there may be none for a moment. */
    private void execute(Runnable work) {
        while (true) {
            try {
                threads.execute(work);
                return;
            } catch (RejectedExecutionException e) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void rejectsWhatItHasNoThreadFor() throws InterruptedException {
        var release = new CountDownLatch(1);
        var busy = new CountDownLatch(2 * CALLERS);
        for (var i = 0; i < 2 * CALLERS; i++) {
            threads.execute(() -> {
                busy.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        busy.await();

        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> threads.execute(() -> {}));

        release.countDown();
        Await.until("a thread is free", () -> threads.getActiveCount() == 0);
        var ran = new CountDownLatch(1);
        threads.execute(ran::countDown);
        assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
    }
}
