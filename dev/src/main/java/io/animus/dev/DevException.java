package io.animus.dev;

import java.io.Serial;

/** What the developer has to know and can mend; the message is all that is shown. */
final class DevException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    DevException(String message) {
        super(message);
    }
}
