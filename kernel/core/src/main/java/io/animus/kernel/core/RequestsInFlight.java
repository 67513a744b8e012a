package io.animus.kernel.core;

import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.component.annotations.Component;

/** How many requests are being answered: what has time gives way to them. Safe for many threads. */
@Component(service = RequestsInFlight.class)
public final class RequestsInFlight {
    private final AtomicInteger count = new AtomicInteger();

    /** One came; {@link #end} is to follow, however it is answered. */
    public void begin() {
        count.incrementAndGet();
    }

    /** One is answered; what comes of a stream after its beginning doesn't count. */
    public void end() {
        count.decrementAndGet();
    }

    /** Whether somebody waits for an answer now. */
    public boolean isAny() {
        return count.get() > 0;
    }
}
