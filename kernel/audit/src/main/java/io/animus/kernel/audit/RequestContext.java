package io.animus.kernel.audit;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The request in which something was done; every part is null where there was none. No part holds control characters.
 *
 * @param requestId 1 to 128 bytes of UTF-8
 * @param traceId of W3C trace context: 32 lower-case hex digits
 * @param sourceIp address of the caller, 1 to 63 bytes; personal data, so the leaf only commits to it
 * @param userAgent as the caller sent it, 1 to 512 bytes of UTF-8; the leaf only commits to it
 */
public record RequestContext(
        @Nullable String requestId, @Nullable String traceId, @Nullable String sourceIp, @Nullable String userAgent) {
    /** For what the hub does on its own. */
    public static final RequestContext NONE = new RequestContext(null, null, null, null);

    private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");
    private static final int MAX_REQUEST_ID = 128;
    private static final int MAX_SOURCE_IP = 63;
    private static final int MAX_USER_AGENT = 512;

    public RequestContext {
        AuditText.checkIfPresent("requestId", requestId, MAX_REQUEST_ID);
        AuditText.checkIfPresent("sourceIp", sourceIp, MAX_SOURCE_IP);
        AuditText.checkIfPresent("userAgent", userAgent, MAX_USER_AGENT);
        if (traceId != null && !TRACE_ID.matcher(traceId).matches()) {
            throw new IllegalArgumentException("a trace id has 32 lower-case hex digits");
        }
    }

    /**
     * The context of a request as it came from outside. What a caller sends must never keep the event from being recorded, so
     * texts are made to {@linkplain AuditText#fit fit} and a trace id of another form is left out.
     */
    public static RequestContext received(
            @Nullable String requestId,
            @Nullable String traceId,
            @Nullable String sourceIp,
            @Nullable String userAgent) {
        return new RequestContext(
                fit(requestId, MAX_REQUEST_ID),
                traceId != null && TRACE_ID.matcher(traceId).matches() ? traceId : null,
                fit(sourceIp, MAX_SOURCE_IP),
                fit(userAgent, MAX_USER_AGENT));
    }

    private static @Nullable String fit(@Nullable String text, int max) {
        return text == null || text.isEmpty() ? null : AuditText.fit(text, max);
    }
}
