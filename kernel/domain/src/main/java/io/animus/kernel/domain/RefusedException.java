package io.animus.kernel.domain;

import io.animus.api.types.TypeId;
import java.io.Serial;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request that breaks a rule. Nothing was created or changed; {@link #violations} says all that is wrong with it. */
public final class RefusedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient List<Violation> violations;
    private final transient @Nullable TypeId auditEvent;
    private final boolean passing;

    /** @param violations at least one */
    public RefusedException(List<Violation> violations) {
        this(violations, null, false);
    }

    private RefusedException(List<Violation> violations, @Nullable TypeId auditEvent, boolean passing) {
        // A refusal is an answer, not a defect: no stack trace, which would cost more than the check itself.
        super(violations.get(0).detail(), null, false, false);
        this.violations = List.copyOf(violations);
        this.auditEvent = auditEvent;
        this.passing = passing;
    }

    /** The same refusal, now on record. */
    public RefusedException recordedAs(TypeId event) {
        return new RefusedException(violations, event, passing);
    }

    /** The audit event that records the refusal; empty until it is on record. */
    public Optional<TypeId> auditEvent() {
        return Optional.ofNullable(auditEvent);
    }

    public static RefusedException of(ProblemCode code, String detail) {
        return new RefusedException(List.of(Violation.of(code, detail)));
    }

    /** As {@link #of}, for what is in the way now and goes by itself. */
    public static RefusedException passing(ProblemCode code, String detail) {
        return new RefusedException(List.of(Violation.of(code, detail)), null, true);
    }

    /** Whether what is in the way goes by itself, so that the same request may be right in a moment. */
    public boolean isPassing() {
        return passing;
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
