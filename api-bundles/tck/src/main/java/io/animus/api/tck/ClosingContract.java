package io.animus.api.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every plugin leaves running when it goes: nothing. Implement the method; inherit the test. */
public interface ClosingContract {
    /** A new instance that has answered a call; {@code close} does what its component does when it goes. Called often. */
    AutoCloseable used() throws Exception;

    /** How long the threads of a closed instance may take to end. */
    default Duration patience() {
        return Duration.ofSeconds(10);
    }

    @Test
    default void leavesNoThreadBehind() throws Exception {
        // Some libraries start threads once for all of the JVM; those are there from now on.
        used().close();
        var before = threads();
        for (var i = 0; i < 3; i++) {
            used().close();
        }
        var end = System.nanoTime() + patience().toNanos();
        var left = added(before);
        while (!left.isEmpty() && System.nanoTime() < end) {
            // The JDK's HTTP client ends its thread when nobody can reach it any more.
            System.gc();
            TimeUnit.MILLISECONDS.sleep(50);
            left = added(before);
        }
        assertThat(left).as("threads that a closed instance left, by name").isEmpty();
    }

    private static Map<String, Integer> added(Map<String, Integer> before) {
        var added = new TreeMap<String, Integer>();
        threads().forEach((name, count) -> {
            if (count > before.getOrDefault(name, 0)) {
                added.put(name, count - before.getOrDefault(name, 0));
            }
        });
        return added;
    }

    /** How many live threads have a name, numbers in it aside. */
    private static Map<String, Integer> threads() {
        var threads = new TreeMap<String, Integer>();
        for (var thread : Thread.getAllStackTraces().keySet()) {
            // The JVM's own, which come and go as it likes.
            if (!thread.getName().startsWith("ForkJoinPool.commonPool")
                    && !thread.getName().equals("process reaper")) {
                threads.merge(thread.getName().replaceAll("[0-9a-f]*[0-9][0-9a-f]*", "#"), 1, Integer::sum);
            }
        }
        return threads;
    }
}
