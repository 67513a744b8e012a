package io.animus.kernel.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The services of one port that are present now, best first. They come and go; nobody keeps one. Those of a bundle that is about
 * to be stopped are retired: no new call finds them, and it can be seen when the last call has ended. Safe for many threads.
 */
final class Directory<P> {
    private final List<Present<P>> present = new ArrayList<>();

    /** A service, of the bundle with this id. */
    private static final class Present<P> {
        private final P service;
        private final int ranking;
        private final long id;
        private final long bundle;
        private boolean retired;
        private int calls;

        Present(P service, int ranking, long id, long bundle) {
            this.service = service;
            this.ranking = ranking;
            this.id = id;
            this.bundle = bundle;
        }
    }

    /** The leave to call a service, which keeps its bundle from being stopped until it is closed. */
    interface Lease<P> extends AutoCloseable {
        P service();

        @Override
        void close();
    }

    synchronized void add(P service, Map<String, ?> properties) {
        var ranking = properties.get("service.ranking") instanceof Integer number ? number : 0;
        var id = properties.get("service.id") instanceof Long number ? number : Long.MAX_VALUE;
        var bundle = properties.get("service.bundleid") instanceof Long number ? number : -1;
        present.add(new Present<>(service, ranking, id, bundle));
        present.sort(Comparator.<Present<P>>comparingInt(known -> known.ranking)
                .reversed()
                .thenComparingLong(known -> known.id));
    }

    synchronized void remove(P service) {
        present.removeIf(known -> known.service == service);
        notifyAll();
    }

    /** Finds a service to call. Nobody waits for a service that takes long to say whether it fits, but who asks. */
    Optional<Lease<P>> lease(Predicate<P> fits) {
        var asked = Collections.newSetFromMap(new IdentityHashMap<Present<P>, Boolean>());
        for (var next = next(asked); next.isPresent(); next = next(asked)) {
            var isFit = false;
            try {
                isFit = fits.test(next.get().service());
            } finally {
                if (!isFit) {
                    next.get().close();
                }
            }
            if (isFit) {
                return next;
            }
        }
        return Optional.empty();
    }

    /** The best that was not asked yet, and might have come only now. */
    private synchronized Optional<Lease<P>> next(Set<Present<P>> asked) {
        return present.stream()
                .filter(known -> !known.retired && asked.add(known))
                .findFirst()
                .map(this::lease);
    }

    synchronized List<P> all() {
        return present.stream()
                .filter(known -> !known.retired)
                .map(known -> known.service)
                .toList();
    }

    /** Whether a service is here, retired or not. */
    synchronized boolean holds(P service) {
        return present.stream().anyMatch(known -> known.service == service);
    }

    /** Those of one bundle, retired or not. */
    synchronized List<P> of(long bundle) {
        return present.stream()
                .filter(known -> known.bundle == bundle)
                .map(known -> known.service)
                .toList();
    }

    /** Hides the services of a bundle from new calls, or shows them again. */
    synchronized void retire(long bundle, boolean retired) {
        present.stream().filter(known -> known.bundle == bundle).forEach(known -> known.retired = retired);
    }

    /** How many calls to services of a bundle are under way. */
    private int calls(long bundle) {
        return present.stream()
                .filter(known -> known.bundle == bundle)
                .mapToInt(known -> known.calls)
                .sum();
    }

    /**
     * Waits until no call to services of a bundle is under way.
     *
     * @param deadline as {@link System#nanoTime}
     * @return whether that came about by then
     */
    synchronized boolean awaitEnd(long bundle, long deadline) throws InterruptedException {
        while (calls(bundle) > 0) {
            var left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    private synchronized void end(Present<P> called) {
        called.calls--;
        if (called.retired && called.calls == 0) {
            notifyAll();
        }
    }

    private Lease<P> lease(Present<P> called) {
        called.calls++;
        return new Lease<>() {
            @Override
            public P service() {
                return called.service;
            }

            @Override
            public void close() {
                end(called);
            }
        };
    }
}
