package io.animus.kernel.domain;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with a request.
 *
 * @param pointer JSON Pointer (RFC 6901) into the body; empty for the request as a whole
 * @param parameter name of the query parameter or header at fault, or null
 * @param detail what is wrong and what to do, for people; never a secret
 */
public record Violation(ProblemCode code, String pointer, @Nullable String parameter, String detail) {

    /** About a member of the body. */
    public static Violation at(String pointer, ProblemCode code, String detail) {
        return new Violation(code, pointer, null, detail);
    }

    /** About the request as a whole. */
    public static Violation of(ProblemCode code, String detail) {
        return new Violation(code, "", null, detail);
    }

    /** About a query parameter or header. */
    public static Violation inParameter(String parameter, ProblemCode code, String detail) {
        return new Violation(code, "", parameter, detail);
    }
}
