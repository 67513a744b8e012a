package io.animus.api.tck;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.animus.api.types.ExternalSystemException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every plugin does at the kernel's deadline, when its thread is interrupted. Implement the method; inherit the test. */
public interface DeadlineContract {
    /**
     * Lets the plugin call a system that takes the call and never answers. The plugin's own limits of time are to be
     * longer than a second here.
     *
     * @throws ExternalSystemException as the plugin threw it
     */
    void callWhatNeverAnswers() throws Exception;

    @Test
    default void letsAnInterruptedCallerGo() throws InterruptedException {
        var thrown = new AtomicReference<@Nullable Throwable>();
        var ended = new CountDownLatch(1);
        var caller = new Thread(
                () -> {
                    thrown.set(catchThrowable(this::callWhatNeverAnswers));
                    ended.countDown();
                },
                "contract");
        caller.setDaemon(true);
        caller.start();
        assertThat(ended.await(500, MILLISECONDS)).as("ended by itself").isFalse();

        caller.interrupt();

        assertThat(ended.await(5, SECONDS)).as("ended within 5 seconds").isTrue();
        assertThat(thrown.get()).isInstanceOfSatisfying(ExternalSystemException.class, e -> assertThat(e.reason())
                .isEqualTo(ExternalSystemException.Reason.UNAVAILABLE));
    }
}
