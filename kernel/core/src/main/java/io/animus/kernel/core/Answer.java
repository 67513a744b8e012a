package io.animus.kernel.core;

import io.animus.api.types.TypeId;
import org.jspecify.annotations.Nullable;

/** What became of a request to change something. */
public sealed interface Answer<T> {

    /**
     * It was done now.
     *
     * @param auditEvent the first event that records it; null if there was nothing to do
     * @param covered whether a signed checkpoint covers that event, of changes that wait for it; else null
     */
    record Done<T>(T value, @Nullable TypeId auditEvent, @Nullable Boolean covered) implements Answer<T> {
        Done(T value, @Nullable TypeId auditEvent) {
            this(value, auditEvent, null);
        }
    }

    /** It was done before, under the same idempotency key: this is the first answer. */
    record Replayed<T>(Once.Rendered first) implements Answer<T> {}
}
