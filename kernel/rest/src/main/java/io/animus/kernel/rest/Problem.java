package io.animus.kernel.rest;

import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.Violation;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * An answer that says what is wrong (RFC 9457).
 *
 * @param violations at least one, most serious first: lower statuses go before higher ones, then pointers decide
 */
record Problem(Exchange exchange, List<Violation> violations) {
    /** The media type of every problem. */
    static final String MEDIA_TYPE = "application/problem+json";

    /** Codes that are about the body even where they are about all of it. */
    private static final Set<ProblemCode> OF_THE_BODY =
            Set.of(ProblemCode.MALFORMED_JSON, ProblemCode.MISSING_MEMBER, ProblemCode.WRONG_TYPE);

    private static final Comparator<Violation> ORDER = Comparator.<Violation>comparingInt(
                    violation -> ProblemKind.status(violation.code()))
            .thenComparing(Violation::pointer);

    Problem {
        violations = violations.stream().sorted(ORDER).toList();
    }

    static Problem of(Exchange exchange, ProblemCode code, String detail) {
        return new Problem(exchange, List.of(Violation.of(code, detail)));
    }

    ProblemCode code() {
        return first().code();
    }

    int status() {
        return ProblemKind.status(code());
    }

    byte[] body() {
        return JsonOutput.write(this::write).body();
    }

    private void write(JsonOutput output) {
        var code = code();
        output.put("type", ProblemKind.type(code))
                .put("title", ProblemKind.title(code))
                .put("status", status())
                .put("detail", first().detail())
                .put("instance", exchange.path())
                .put("code", code.name())
                .put("requestId", exchange.requestId())
                .put("retryable", ProblemKind.isRetryable(code))
                .list("errors", parts(), Problem::writeError);
    }

    /** Writes one finding as the API shows it. */
    static void writeError(JsonOutput output, Violation violation) {
        output.put("pointer", violation.pointer())
                .put("code", violation.code().name())
                .put("detail", violation.detail());
        if (violation.parameter() != null) {
            output.put("parameter", violation.parameter());
        }
    }

    private Violation first() {
        return violations.get(0);
    }

    private List<Violation> parts() {
        var only = first();
        var isWhole = violations.size() == 1
                && only.pointer().isEmpty()
                && only.parameter() == null
                && !OF_THE_BODY.contains(only.code());
        return isWhole ? List.of() : violations;
    }
}
