package io.animus.kernel.trust;

import java.io.Serial;
import java.util.List;

/** A file is no package of a plugin, or not a right one. */
public final class BrokenPackageException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /** @param problems at least one */
    BrokenPackageException(List<String> problems) {
        super(String.join(" ", problems));
        this.problems = List.copyOf(problems);
    }

    /** All that is wrong, each a sentence that says what to do or where to look. */
    public List<String> problems() {
        return problems;
    }
}
