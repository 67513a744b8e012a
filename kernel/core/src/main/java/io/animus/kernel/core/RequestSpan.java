package io.animus.kernel.core;

import org.jspecify.annotations.Nullable;

/** A request as it is traced; {@link #NONE} where none is. Begun and ended by one thread, in which calls to plugins become its children. */
public interface RequestSpan {
    /** For what is not traced. */
    RequestSpan NONE = new RequestSpan() {};

    /** Of W3C trace context: the caller's, or made up; null where nothing is traced. */
    default @Nullable String traceId() {
        return null;
    }

    /**
     * Ends it.
     *
     * @param operation one of the few names of the contract
     * @param status of HTTP, as it was answered
     */
    default void end(String operation, int status, String requestId) {}
}
