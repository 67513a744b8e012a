package io.animus.api.types;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * An external system did not do what a plugin asked of it. The only exception a plugin contract throws on purpose:
 * anything else that escapes a plugin is a defect, and the kernel treats it as one.
 *
 * <p>The message reaches users and logs: it names the system and what to do, and never a secret.
 */
public final class ExternalSystemException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** What the caller may do about it. */
    public enum Reason {
        /** The request is wrong; sending it again cannot help. */
        REJECTED,
        /** Credentials are missing, expired or too weak; an operator must act. */
        DENIED,
        /** The system is down, slow or overloaded; the same request may work later. */
        UNAVAILABLE;

        /** Whether the same request may work later. */
        public boolean isRetryable() {
            return this == UNAVAILABLE;
        }
    }

    private final Reason reason;

    public ExternalSystemException(Reason reason, String message) {
        this(reason, message, null);
    }

    public ExternalSystemException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What the caller may do about it. */
    public Reason reason() {
        return reason;
    }
}
