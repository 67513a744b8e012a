package io.animus.kernel.core;

import io.animus.api.types.TypeId;
import org.jspecify.annotations.Nullable;

/** What became of a request to change something. */
public sealed interface Answer<T> {

    /**
     * It was done now.
     *
     * @param auditEvent the first event that records it; null if everything was as the caller wants it already
     */
    record Done<T>(T value, @Nullable TypeId auditEvent) implements Answer<T> {}

    /** It was done before, under the same idempotency key: this is the first answer. */
    record Replayed<T>(Once.Rendered first) implements Answer<T> {}
}
