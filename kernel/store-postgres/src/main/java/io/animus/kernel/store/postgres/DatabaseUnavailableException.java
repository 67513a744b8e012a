package io.animus.kernel.store.postgres;

import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.UnavailableException;
import java.io.Serial;

/** The database can't be reached, or cut the transaction off. If that was during the commit, nobody knows whether it was done. */
public final class DatabaseUnavailableException extends UnavailableException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Nothing was done. */
    public DatabaseUnavailableException(Throwable cause) {
        this(cause, false);
    }

    DatabaseUnavailableException(Throwable cause, boolean mayBeDone) {
        super(ProblemCode.DATABASE_UNAVAILABLE, "the database is not available", cause, mayBeDone);
    }
}
