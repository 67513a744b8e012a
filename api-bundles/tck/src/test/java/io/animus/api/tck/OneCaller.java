package io.animus.api.tck;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What is wrong with an implementation that works for the first thread that calls it, and for no other. */
final class OneCaller {
    private final AtomicReference<@Nullable Thread> first = new AtomicReference<>();

    void check() {
        if (!Thread.currentThread()
                .equals(first.updateAndGet(known -> known == null ? Thread.currentThread() : known))) {
            throw new IllegalStateException("called by another thread");
        }
    }
}
