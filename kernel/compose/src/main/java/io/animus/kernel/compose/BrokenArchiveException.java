package io.animus.kernel.compose;

import java.io.Serial;
import java.util.List;

/** A file is no archive of a hub, or not the one it is said to be. */
final class BrokenArchiveException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    BrokenArchiveException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    BrokenArchiveException(String problem) {
        this(List.of(problem));
    }

    /** All that is wrong, in sentences for an operator; at least one. */
    List<String> problems() {
        return problems;
    }
}
