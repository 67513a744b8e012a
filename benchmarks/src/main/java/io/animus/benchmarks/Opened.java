package io.animus.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened so far, to be closed the other way round: also when the next thing can't be opened. */
final class Opened implements Closeable {
    private final Deque<Closeable> things = new ArrayDeque<>();

    <T extends Closeable> T add(T thing) {
        things.push(thing);
        return thing;
    }

    @Override
    public void close() throws IOException {
        if (things.isEmpty()) {
            return;
        }
        try {
            things.pop().close();
        } finally {
            close();
        }
    }
}
