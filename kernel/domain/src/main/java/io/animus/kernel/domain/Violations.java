package io.animus.kernel.domain;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects all that is wrong with a request, so that it is refused once, for everything: the first {@link #MOST} things.
 * Not safe for several threads.
 */
public final class Violations {
    /** More than this are not kept: a body of a mebibyte can be wrong in a hundred thousand places. */
    public static final int MOST = 500;

    private final List<Violation> found = new ArrayList<>();

    /** Notes a violation at {@code pointer} unless {@code holds}. */
    public Violations check(boolean holds, String pointer, ProblemCode code, String detail) {
        if (!holds) {
            add(pointer, code, detail);
        }
        return this;
    }

    public void add(String pointer, ProblemCode code, String detail) {
        if (found.size() < MOST) {
            found.add(Violation.at(pointer, code, detail));
        }
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }

    /** What was found, in the order it was found. */
    public List<Violation> found() {
        return List.copyOf(found);
    }

    /** @throws RefusedException if anything was found */
    public void refuseIfAny() {
        if (!found.isEmpty()) {
            throw new RefusedException(found);
        }
    }
}
