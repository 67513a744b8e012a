package io.animus.api.tck;

import static java.util.concurrent.TimeUnit.MINUTES;

import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** Plugins that are right and wrong about their threads and those of others. */
class ThreadsTest implements WrongOnes {

    /** Ends what it started, and ends when it is told to. */
    @CaughtBy({})
    static class KeepsItsThreadsInOrder implements ClosingContract, DeadlineContract {
        @Override
        public AutoCloseable used() throws Exception {
            var pool = Executors.newSingleThreadExecutor();
            pool.submit(() -> {}).get();
            return pool::shutdownNow;
        }

        @Override
        public void callWhatNeverAnswers() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ExternalSystemException(Reason.UNAVAILABLE, "cut off at the deadline", e);
            }
        }
    }

    @CaughtBy("leavesNoThreadBehind")
    static class LeaksAThread extends KeepsItsThreadsInOrder {
        @Override
        public Duration patience() {
            return Duration.ofMillis(500);
        }

        @Override
        public AutoCloseable used() {
            var leak = new Thread(LeaksAThread::idle, "leak");
            leak.setDaemon(true);
            leak.start();
            return () -> {};
        }

        private static void idle() {
            try {
                MINUTES.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @CaughtBy("letsAnInterruptedCallerGo")
    static class IgnoresTheDeadline extends KeepsItsThreadsInOrder {
        @Override
        public void callWhatNeverAnswers() {
            var end = System.nanoTime() + MINUTES.toNanos(1);
            while (System.nanoTime() < end) {
                try {
                    MINUTES.sleep(1);
                } catch (InterruptedException e) {
                    // What is wrong with it.
                    continue;
                }
            }
        }
    }

    @CaughtBy("letsAnInterruptedCallerGo")
    static class TakesTheDeadlineForAWrongRequest extends KeepsItsThreadsInOrder {
        @Override
        public void callWhatNeverAnswers() {
            try {
                super.callWhatNeverAnswers();
            } catch (ExternalSystemException e) {
                throw new ExternalSystemException(Reason.REJECTED, "interrupted", e);
            }
        }
    }
}
