package io.animus.kernel.shell;

import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** An update that goes on until it is let, and comes to nothing if its thread is interrupted. */
final class SlowUpdate {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile @Nullable String request;

    /** On the thread of the update. */
    void pass() {
        request = MDC.get("requestId");
        begun.countDown();
        try {
            end.await();
        } catch (InterruptedException e) {
            throw RefusedException.of(ProblemCode.STATE_CONFLICT, "It was interrupted halfway.");
        }
    }

    void awaitBegin() throws InterruptedException {
        begun.await();
    }

    void letEnd() {
        end.countDown();
    }

    /** The request that the log names for what the update says. */
    @Nullable String request() {
        return request;
    }
}
