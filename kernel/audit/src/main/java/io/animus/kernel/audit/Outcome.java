package io.animus.kernel.audit;

import java.util.Optional;
import java.util.stream.Stream;

/** How what an audit event speaks of ended. */
public enum Outcome {
    /** It was done. */
    SUCCESS("success"),
    /** Nothing was done, because the caller may not. */
    DENIED("denied"),
    /** Nothing was done, because the request or the state of things forbids it. */
    REFUSED("refused"),
    /** It was begun and failed. */
    FAILURE("failure");

    private final String word;

    Outcome(String word) {
        this.word = word;
    }

    /** As the log, tables and the API write it. */
    public String word() {
        return word;
    }

    /** The outcome that is written so. */
    public static Optional<Outcome> find(String word) {
        return Stream.of(values()).filter(outcome -> outcome.word.equals(word)).findFirst();
    }
}
