package io.animus.kernel.domain;

import java.io.Serial;

/** Something that the hub itself needs is away; the same request may work later. */
public abstract class UnavailableException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final ProblemCode code;

    protected UnavailableException(ProblemCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** What is away. */
    public ProblemCode code() {
        return code;
    }
}
