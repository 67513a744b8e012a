package io.animus.kernel.rest;

import io.animus.api.executor.LogLine;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.core.RunResults;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The log of a run, attempt after attempt, from a line on. For one client. */
final class LogStream {
    private static final Duration FOLLOWED_AT_ONCE = Duration.ofSeconds(5);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    private final RunResults results;
    private final Runnable requireStill;
    private final TypeId run;
    private int attempt;
    private long line;
    private @Nullable IOException failure;

    /**
     * @param requireStill refuses whoever may not read on
     * @param attempt to begin with, from 1
     * @param line the last one of it that the client has, or 0
     */
    LogStream(RunResults results, Runnable requireStill, TypeId run, int attempt, long line) {
        this.results = results;
        this.requireStill = requireStill;
        this.run = run;
        this.attempt = attempt;
        this.line = line;
    }

    void write(EventStream stream) throws IOException {
        while (stream.isOpen()) {
            requireStill.run();
            var reading = attempt;
            var isRead = results.readLog(
                    run, reading, lastLine(), FOLLOWED_AT_ONCE, (number, next) -> send(stream, number, next));
            throwFailure();
            if (isRead && reading < results.attemptsOf(run)) {
                next();
            } else if (isRead && results.isOver(run)) {
                stream.end();
                return;
            } else {
                stream.pause(BETWEEN_LOOKS);
            }
        }
    }

    /**
     * Lines may come on a thread of the call to the executor, and late ones after the next call has begun: each goes out
     * once and in order. A client that went away is no failure of the executor.
     */
    private synchronized boolean send(EventStream stream, int number, LogLine next) {
        if (failure != null || number != attempt || next.number() <= line) {
            return failure == null;
        }
        line = next.number();
        var data = JsonOutput.write(output -> output.put("attempt", number)
                .put("time", next.time())
                .put("stream", next.stream().name().toLowerCase(Locale.ROOT))
                .put("text", Json.clean(next.text()).value())
                .put("partial", next.text().length() == LogLine.MAX_LENGTH));
        try {
            stream.send(number + "-" + next.number(), "log", data.body());
        } catch (IOException e) {
            failure = e;
        }
        return failure == null;
    }

    private synchronized long lastLine() {
        return line;
    }

    private synchronized void next() {
        attempt++;
        line = 0;
    }

    private synchronized void throwFailure() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }
}
