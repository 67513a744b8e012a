package io.animus.kernel.core;

import io.animus.api.executor.LogLine;
import java.util.function.Consumer;

/** Hands lines on until it is closed. A plugin that is left alone half-way may still come with one afterwards. */
final class LogTap implements Consumer<LogLine>, AutoCloseable {
    private final Consumer<LogLine> target;
    private boolean closed;

    LogTap(Consumer<LogLine> target) {
        this.target = target;
    }

    @Override
    public synchronized void accept(LogLine line) {
        if (!closed) {
            target.accept(line);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
