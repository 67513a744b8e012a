package io.animus.kernel.store.postgres;

import java.io.Serial;

/**
 * The database can't be reached, or cut the transaction off. Whether the transaction was committed is not known when the
 * connection broke during the commit; otherwise nothing was done.
 */
public final class DatabaseUnavailableException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    DatabaseUnavailableException(Throwable cause) {
        super("the database is not available", cause);
    }
}
