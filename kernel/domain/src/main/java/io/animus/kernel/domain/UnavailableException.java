package io.animus.kernel.domain;

import java.io.Serial;

/** Something that the hub itself needs is away; the same request may work later. */
public abstract class UnavailableException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final ProblemCode code;
    private final boolean mayBeDone;

    protected UnavailableException(ProblemCode code, String message, Throwable cause) {
        this(code, message, cause, false);
    }

    /** @param mayBeDone whether nobody knows if what was asked for was done all the same */
    protected UnavailableException(ProblemCode code, String message, Throwable cause, boolean mayBeDone) {
        super(message, cause);
        this.code = code;
        this.mayBeDone = mayBeDone;
    }

    /** Whether nobody knows if what was asked for was done all the same; else nothing was done. */
    public boolean mayBeDone() {
        return mayBeDone;
    }

    /** What is away. */
    public ProblemCode code() {
        return code;
    }
}
