package io.animus.verifier;

import java.io.Serial;

/** Bytes that have not the form they should have. The message says why; who knows the place makes a finding of it. */
final class MalformedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    MalformedException(String why) {
        super(why);
    }
}
