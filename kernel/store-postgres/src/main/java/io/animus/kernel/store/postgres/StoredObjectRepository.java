package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.STORED_OBJECT;

import io.animus.api.types.Digest;
import io.animus.api.types.TypeId;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Table {@code stored_object}: which object store has an object, as {@code technology.instance}; only ever inserted into. An object
 * that is not in it is in the first store there is.
 */
public final class StoredObjectRepository {
    private final Transaction tx;

    StoredObjectRepository(Transaction tx) {
        this.tx = tx;
    }

    /** An object of a project, and the store that has it. */
    public record StoredObject(TypeId project, Digest digest, String store) {}

    /** Notes where objects are; what is known stays. */
    public void insert(Collection<StoredObject> objects, Instant now) {
        for (var object : objects) {
            tx.late().add(LateTable.STORED_OBJECT, object.project(), object.digest(), object.store(), now);
        }
    }

    /** The store that got an object last; empty for the first there is. */
    public Optional<String> find(TypeId project, Digest object) {
        return Optional.ofNullable(findAll(project, List.of(object)).get(object));
    }

    /** The stores that got these objects last; of those that are in the first there is, nothing. */
    public Map<Digest, String> findAll(TypeId project, Collection<Digest> objects) {
        var stores = new HashMap<Digest, String>();
        tx.sql()
                .select(STORED_OBJECT.DIGEST, STORED_OBJECT.STORE)
                .from(STORED_OBJECT)
                .where(STORED_OBJECT.PROJECT_ID.eq(project).and(STORED_OBJECT.DIGEST.in(objects)))
                .orderBy(STORED_OBJECT.STORED_AT, STORED_OBJECT.STORE)
                .forEach(row -> stores.put(row.value1(), row.value2()));
        return stores;
    }
}
