package io.animus.kernel.core;

import java.io.Serial;

/** The audit log can't go on until somebody acts; {@link #why} says who and how, and names no secret. */
final class LogStoppedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String why;

    LogStoppedException(String why) {
        super(why);
        this.why = why;
    }

    /** For anybody to read. */
    String why() {
        return why;
    }
}
