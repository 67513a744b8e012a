package io.animus.examples.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Calls of several clients at a steady rate, each counted. A client whose call takes long makes up for the ones it missed, so
 * that none is left out of the figures.
 */
final class Traffic {
    private final ScheduledExecutorService clients;
    private final ConcurrentLinkedQueue<Answered> answers = new ConcurrentLinkedQueue<>();
    private volatile boolean swapping;

    /** What a client does. */
    interface Request {
        void send() throws IOException, InterruptedException;
    }

    /**
     * @param failure in words; empty for none
     * @param swapping whether a plugin was being updated when the call began or ended
     */
    private record Answered(long nanos, String failure, boolean swapping) {}

    /**
     * What was counted.
     *
     * @param p99 of the calls beside no update, and of those beside one
     */
    record Counters(int requests, int failed, Duration p99, Duration p99Swapping, String firstFailure) {}

    /** Begins at once. */
    Traffic(int clients, int perSecond, Request request) {
        this.clients = Executors.newScheduledThreadPool(clients);
        var period = TimeUnit.SECONDS.toNanos(clients) / perSecond;
        for (var client = 0; client < clients; client++) {
            this.clients.scheduleAtFixedRate(
                    () -> count(request), client * period / clients, period, TimeUnit.NANOSECONDS);
        }
    }

    /** Says what the calls from here on are beside. */
    void swapping(boolean now) {
        swapping = now;
    }

    private void count(Request request) {
        var beside = swapping;
        var begun = System.nanoTime();
        var failure = "";
        try {
            request.send();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (IOException | RuntimeException e) {
            failure = e.toString();
        }
        answers.add(new Answered(System.nanoTime() - begun, failure, beside || swapping));
    }

    Counters counters() {
        var all = List.copyOf(answers);
        var failures = all.stream()
                .map(Answered::failure)
                .filter(why -> !why.isEmpty())
                .toList();
        return new Counters(
                all.size(),
                failures.size(),
                p99(all, false),
                p99(all, true),
                failures.isEmpty() ? "" : failures.get(0));
    }

    private static Duration p99(List<Answered> all, boolean swapping) {
        var nanos = new ArrayList<Long>();
        all.stream().filter(answer -> answer.swapping() == swapping).forEach(answer -> nanos.add(answer.nanos()));
        nanos.sort(null);
        return nanos.isEmpty() ? Duration.ZERO : Duration.ofNanos(nanos.get((nanos.size() - 1) * 99 / 100));
    }

    /** Ends it, and waits for the calls under way. */
    void stop() throws InterruptedException {
        clients.shutdown();
        if (!clients.awaitTermination(1, TimeUnit.MINUTES)) {
            clients.shutdownNow();
        }
    }
}
