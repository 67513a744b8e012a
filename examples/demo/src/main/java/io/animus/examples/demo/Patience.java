package io.animus.examples.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Waits for something that only shows when one asks again. */
final class Patience {
    private static final Duration BETWEEN = Duration.ofMillis(100);

    private Patience() {}

    /** A question that may be answered later. */
    interface Question<T> {
        Optional<T> ask() throws IOException, InterruptedException;
    }

    /** Asks until there is an answer; empty when there is none in time. */
    static <T> Optional<T> await(Duration limit, Question<T> question) throws IOException, InterruptedException {
        var end = System.nanoTime() + limit.toNanos();
        var answer = question.ask();
        while (answer.isEmpty() && System.nanoTime() < end) {
            Thread.sleep(BETWEEN.toMillis());
            answer = question.ask();
        }
        return answer;
    }
}
