package io.animus.kernel.rest;

import io.animus.kernel.domain.ProblemCode;
import java.util.Locale;

/** What {@code openapi.yaml} says about each code. */
final class ProblemKind {
    private ProblemKind() {}

    static int status(ProblemCode code) {
        return switch (code) {
            case MALFORMED_JSON, UNKNOWN_MEMBER, MISSING_MEMBER, WRONG_TYPE, INVALID_PARAMETER, INVALID_PAGE_TOKEN ->
                400;
            case UNAUTHENTICATED -> 401;
            case FORBIDDEN, SELF_APPROVAL -> 403;
            case NOT_FOUND -> 404;
            case METHOD_NOT_ALLOWED -> 405;
            case NOT_ACCEPTABLE -> 406;
            case ALREADY_EXISTS,
                    IDEMPOTENCY_CONFLICT,
                    STATE_CONFLICT,
                    UPLOAD_INCOMPLETE,
                    NOT_COVERED,
                    CONSENT_REQUIRED -> 409;
            case PRECONDITION_FAILED -> 412;
            case BODY_TOO_LARGE -> 413;
            case UNSUPPORTED_MEDIA_TYPE -> 415;
            case INVALID_VALUE,
                    DUPLICATE_NAME,
                    FLOATING_REFERENCE,
                    UNKNOWN_COMMIT,
                    UNKNOWN_DIGEST,
                    DIGEST_MISMATCH,
                    UNKNOWN_REFERENCE,
                    CYCLIC_REFERENCE,
                    LIMIT_EXCEEDED,
                    QUOTA_EXCEEDED -> 422;
            case PRECONDITION_REQUIRED -> 428;
            case RATE_LIMITED -> 429;
            case INTERNAL -> 500;
            case DATABASE_UNAVAILABLE, PLUGIN_UNAVAILABLE -> 503;
        };
    }

    static boolean isRetryable(ProblemCode code) {
        return switch (code) {
            case NOT_COVERED, RATE_LIMITED, DATABASE_UNAVAILABLE, PLUGIN_UNAVAILABLE -> true;
            default -> false;
        };
    }

    /** A stable URI for each code. */
    static String type(ProblemCode code) {
        return "urn:animus:problem:" + words(code).replace(' ', '-');
    }

    /** The code in words. */
    static String title(ProblemCode code) {
        var words = words(code);
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    private static String words(ProblemCode code) {
        return code.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
