package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.COMPOSITION;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import java.time.Instant;
import java.util.Optional;

/** Table {@code composition}. */
public final class CompositionRepository {
    private final Transaction tx;

    CompositionRepository(Transaction tx) {
        this.tx = tx;
    }

    /** Stores a composition with the commit, however often a transaction asks for it; one that is there already stays. */
    public void insert(Digest digest, Json content, Instant at) {
        if (!tx.late().has(LateTable.COMPOSITION, digest)) {
            tx.late().add(LateTable.COMPOSITION, digest, content, at);
        }
    }

    /** What {@link #insert} stored under this digest. */
    public Optional<Json> find(Digest digest) {
        return tx.sql()
                .select(COMPOSITION.CONTENT)
                .from(COMPOSITION)
                .where(COMPOSITION.DIGEST.eq(digest))
                .fetchOptional(COMPOSITION.CONTENT);
    }
}
