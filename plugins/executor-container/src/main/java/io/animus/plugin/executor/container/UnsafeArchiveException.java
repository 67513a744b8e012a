package io.animus.plugin.executor.container;

import java.io.Serial;

/** An archive that would write elsewhere, or too much, if it were unpacked. */
final class UnsafeArchiveException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    UnsafeArchiveException(String message) {
        super(message);
    }
}
