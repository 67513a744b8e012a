package io.animus.kernel.core;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** The services of one port that are present now, best first. They come and go; nobody keeps one. Safe for many threads. */
final class Directory<P> {
    private final List<Present<P>> present = new CopyOnWriteArrayList<>();

    private record Present<P>(P service, int ranking, long id) {}

    void add(P service, Map<String, ?> properties) {
        var ranking = properties.get("service.ranking") instanceof Integer number ? number : 0;
        var id = properties.get("service.id") instanceof Long number ? number : Long.MAX_VALUE;
        synchronized (present) {
            present.add(new Present<>(service, ranking, id));
            present.sort(Comparator.<Present<P>>comparingInt(Present::ranking)
                    .reversed()
                    .thenComparingLong(Present::id));
        }
    }

    void remove(P service) {
        present.removeIf(known -> known.service() == service);
    }

    Optional<P> find(Predicate<P> fits) {
        return present.stream().map(Present::service).filter(fits).findFirst();
    }

    List<P> all() {
        return present.stream().map(Present::service).toList();
    }
}
