package io.animus.kernel.rest;

import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.core.RequestSpan;
import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came in, before anybody knows what it wants.
 *
 * @param requestId as the caller chose it, or made by the hub
 * @param context the same and where the request comes from, for the record
 * @param path as it was sent
 */
record Exchange(String requestId, RequestContext context, String path) {
    private static final String ATTRIBUTE = Exchange.class.getName();
    private static final String OPERATION = ATTRIBUTE + ".operation";
    private static final String NO_OPERATION = "none";
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    // Of W3C trace context: a version to come may have more fields, this one doesn't; ids of zeros are none.
    private static final Pattern TRACE_PARENT = Pattern.compile(
            "(?!ff|00-.{52}.)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    /**
     * Reads what the headers say and remembers it with the request.
     *
     * @param span of the request, whose trace it is then part of
     */
    static Exchange begin(HttpServletRequest request, String freshId, RequestSpan span) {
        var sent = request.getHeader("X-Request-Id");
        var id = sent != null && REQUEST_ID.matcher(sent).matches() ? sent : freshId;
        var traced = span.traceId();
        var context = RequestContext.received(
                id,
                traced != null ? traced : traceId(request.getHeader("traceparent")),
                request.getRemoteAddr(),
                request.getHeader("User-Agent"));
        var exchange = new Exchange(id, context, request.getRequestURI());
        request.setAttribute(ATTRIBUTE, exchange);
        return exchange;
    }

    /** What {@link #begin} remembered. */
    static Exchange of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Exchange exchange) {
            return exchange;
        }
        throw new IllegalStateException("the request did not come through the filter");
    }

    /** Remembers which operation of the contract the request turned out to want. */
    static void noteOperation(HttpServletRequest request, String operation) {
        request.setAttribute(OPERATION, operation);
    }

    /** What {@link #noteOperation} remembered, or {@code none}: one of a few names, whatever the path was. */
    static String operation(HttpServletRequest request) {
        return request.getAttribute(OPERATION) instanceof String operation ? operation : NO_OPERATION;
    }

    static @Nullable String traceId(@Nullable String traceParent) {
        if (traceParent == null) {
            return null;
        }
        Matcher form = TRACE_PARENT.matcher(traceParent);
        return form.matches() ? form.group(1) : null;
    }
}
