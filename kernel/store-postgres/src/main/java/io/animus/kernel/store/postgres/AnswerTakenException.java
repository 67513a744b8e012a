package io.animus.kernel.store.postgres;

import java.io.Serial;

/** Another transaction has kept its answer under the same idempotency key; this one must not be committed. */
public final class AnswerTakenException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    AnswerTakenException() {
        super("another request under the same idempotency key was faster", null, false, false);
    }
}
