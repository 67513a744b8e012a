package io.animus.kernel.core;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Component;

/**
 * Wakes the {@link Conductor} of this hub when there is something to do, so that nobody waits for its next beat. Rings that
 * nobody waited for are one ring for the next who does. Safe for many threads.
 */
@Component(service = Bell.class)
public final class Bell {
    private final Semaphore rings = new Semaphore(0);

    /** Says that a run was created, canceled or ended; after the transaction that did it. */
    void ring() {
        if (rings.availablePermits() == 0) {
            rings.release();
        }
    }

    /** Waits for a ring, at most for {@code most}; returns whether there was one. */
    boolean await(Duration most) throws InterruptedException {
        var rung = rings.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS);
        rings.drainPermits();
        return rung;
    }
}
