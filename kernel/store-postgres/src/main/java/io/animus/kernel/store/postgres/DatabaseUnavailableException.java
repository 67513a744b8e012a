package io.animus.kernel.store.postgres;

import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.UnavailableException;
import java.io.Serial;

/**
 * The database can't be reached, or cut the transaction off. Whether the transaction was committed is not known when the
 * connection broke during the commit; otherwise nothing was done.
 */
public final class DatabaseUnavailableException extends UnavailableException {
    @Serial
    private static final long serialVersionUID = 1L;

    public DatabaseUnavailableException(Throwable cause) {
        super(ProblemCode.DATABASE_UNAVAILABLE, "the database is not available", cause);
    }
}
