package io.animus.kernel.domain;

import java.io.Serial;
import java.util.List;

/** A request that breaks a rule. Nothing was created or changed; {@link #violations} says all that is wrong with it. */
public final class RefusedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient List<Violation> violations;

    /** @param violations at least one */
    public RefusedException(List<Violation> violations) {
        // A refusal is an answer, not a defect: no stack trace, which would cost more than the check itself.
        super(violations.get(0).detail(), null, false, false);
        this.violations = List.copyOf(violations);
    }

    public static RefusedException of(ProblemCode code, String detail) {
        return new RefusedException(List.of(Violation.of(code, detail)));
    }

    public static RefusedException at(String pointer, ProblemCode code, String detail) {
        return new RefusedException(List.of(Violation.at(pointer, code, detail)));
    }

    /** What is absent, and what the caller may not see: the same words for both. */
    public static RefusedException notFound(String what) {
        return of(ProblemCode.NOT_FOUND, "There is no such " + what + ", or you may not see it.");
    }

    public List<Violation> violations() {
        return violations;
    }
}
