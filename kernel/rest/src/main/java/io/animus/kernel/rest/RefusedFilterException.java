package io.animus.kernel.rest;

import org.projectnessie.cel.shaded.org.antlr.v4.runtime.Token;

/** A filter that can't be read. The message is for whoever sent it. */
final class RefusedFilterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedFilterException(String message) {
        super(message, null, false, false);
    }

    /** @param token where the fault is */
    static RefusedFilterException at(Token token, String detail) {
        return new RefusedFilterException(
                "Line %d, character %d: %s".formatted(token.getLine(), token.getCharPositionInLine() + 1, detail));
    }
}
