package io.animus.api.plugin.egress;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Connections between two messages, for a few seconds: after that a receiver may close them at any time. */
final class IdleWires implements AutoCloseable {
    private static final int MOST = 64;
    private static final Duration LONGEST = Duration.ofSeconds(4);

    private final Deque<Idle> idle = new ArrayDeque<>();
    private boolean isSweepPlanned;
    private boolean isClosed;

    private record Idle(String place, Wire wire, long since) {
        private boolean isOld() {
            return System.nanoTime() - since > LONGEST.toNanos();
        }
    }

    /** A connection to this place, the one used last; nobody else gets it. */
    synchronized Optional<Wire> take(String place) {
        var found = idle.stream()
                .filter(one -> one.place().equals(place) && !one.isOld())
                .findFirst();
        found.ifPresent(idle::remove);
        return found.map(Idle::wire);
    }

    /** Keeps it for the next message to the same place, or closes it. */
    void keep(String place, Wire wire) {
        var tooMany = add(place, wire);
        if (tooMany != null) {
            tooMany.close();
        }
    }

    private synchronized @Nullable Wire add(String place, Wire wire) {
        if (isClosed) {
            return wire;
        }
        idle.addFirst(new Idle(place, wire, System.nanoTime()));
        planSweep();
        return idle.size() > MOST ? idle.removeLast().wire() : null;
    }

    private void planSweep() {
        if (!isSweepPlanned) {
            isSweepPlanned = true;
            CompletableFuture.delayedExecutor(LONGEST.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> removeOld().forEach(Wire::close));
        }
    }

    // Nothing is closed under the lock: a goodbye may take a second.
    private synchronized List<Wire> removeOld() {
        var old = idle.stream().filter(Idle::isOld).toList();
        idle.removeAll(old);
        isSweepPlanned = false;
        if (!idle.isEmpty()) {
            planSweep();
        }
        return old.stream().map(Idle::wire).toList();
    }

    @Override
    public void close() {
        removeAll().forEach(Wire::close);
    }

    private synchronized List<Wire> removeAll() {
        isClosed = true;
        var all = idle.stream().map(Idle::wire).toList();
        idle.clear();
        return all;
    }
}
