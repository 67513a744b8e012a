package io.animus.plugin.executor.container;

import io.animus.api.executor.Refusal;
import java.io.Serial;

/** A job can never run here. Its message is for people. */
final class RefusedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    RefusedException(Refusal refusal, String message) {
        super(message);
        this.refusal = refusal;
    }

    Refusal refusal() {
        return refusal;
    }
}
