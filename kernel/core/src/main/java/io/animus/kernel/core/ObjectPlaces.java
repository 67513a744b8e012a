package io.animus.kernel.core;

import io.animus.api.types.Digest;
import io.animus.api.types.TypeId;
import io.animus.kernel.store.postgres.Database;
import java.io.Serial;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which store has an object, remembered for those that were asked for last: content by digest stays where it is, so what is
 * remembered goes on being right. Safe for many threads.
 */
final class ObjectPlaces {
    private static final int MOST = 4_096;

    private final Database database;
    private final Map<Key, Optional<String>> known = new LinkedHashMap<>() {
        @Serial
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Optional<String>> eldest) {
            return size() > MOST;
        }
    };

    ObjectPlaces(Database database) {
        this.database = database;
    }

    private record Key(TypeId project, Digest object) {}

    /** The store of each of these objects, empty for the first there is; asks the database for all that isn't known at once. */
    Map<Digest, Optional<String>> of(TypeId project, Collection<Digest> objects) {
        var places = new HashMap<Digest, Optional<String>>();
        synchronized (known) {
            objects.forEach(object -> {
                var place = known.get(new Key(project, object));
                if (place != null) {
                    places.put(object, place);
                }
            });
        }
        var unknown = objects.stream()
                .filter(object -> !places.containsKey(object))
                .distinct()
                .toList();
        if (!unknown.isEmpty()) {
            var noted = database.read(tx -> tx.storedObjects().findAll(project, unknown));
            synchronized (known) {
                unknown.forEach(object -> {
                    var place = Optional.ofNullable(noted.get(object));
                    places.put(object, place);
                    known.put(new Key(project, object), place);
                });
            }
        }
        return places;
    }

    /** The store that was known for an object is away: another one may have got it since. */
    void forget(TypeId project, Digest object) {
        synchronized (known) {
            known.remove(new Key(project, object));
        }
    }
}
