package io.animus.plugin.storage.filesystem;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.UUID;

/** The refusals of {@link ObjectServlet}, as {@code application/problem+json} (RFC 9457). */
enum Problem {
    NOT_ALLOWED(403, "OBJECT_URL_NOT_VALID", "The URL does not allow this", false),
    NOT_FOUND(404, "OBJECT_NOT_FOUND", "No such object", false),
    METHOD_NOT_ALLOWED(405, "METHOD_NOT_ALLOWED", "Method not allowed", false),
    NO_SUCH_RANGE(416, "RANGE_NOT_SATISFIABLE", "The object has no such bytes", false),
    WRONG_CONTENT(422, "OBJECT_CONTENT_DIFFERS", "The content is not what the URL is for", false),
    UNAVAILABLE(503, "OBJECT_STORE_UNAVAILABLE", "The object store can't do this now", true);

    private static final String RETRY_AFTER_S = "30";
    private static final String REQUEST_ID = "X-Request-Id";

    private final int status;
    private final String code;
    private final String title;
    private final boolean isRetryable;

    Problem(int status, String code, String title, boolean isRetryable) {
        this.status = status;
        this.code = code;
        this.title = title;
        this.isRetryable = isRetryable;
    }

    /** Answers {@code request}, whose query stays out of it: it holds the signature. */
    void send(HttpServletRequest request, HttpServletResponse response, String detail) throws IOException {
        var body =
                """
                {"type":"urn:animus:problem:%s","title":"%s","status":%d,"detail":"%s","instance":"%s","code":"%s",\
                "requestId":"%s","retryable":%b,"errors":[]}"""
                        .formatted(
                                code.toLowerCase(Locale.ROOT).replace('_', '-'),
                                title,
                                status,
                                escaped(detail),
                                escaped(request.getRequestURI()),
                                code,
                                requestId(response),
                                isRetryable)
                        .getBytes(UTF_8);
        response.setStatus(status);
        response.setContentType("application/problem+json");
        response.setContentLength(body.length);
        if (isRetryable) {
            response.setHeader("Retry-After", RETRY_AFTER_S);
        }
        response.getOutputStream().write(body);
    }

    /** The id that the hub's filter gave the request. */
    private static String requestId(HttpServletResponse response) {
        var given = response.getHeader(REQUEST_ID);
        if (given != null) {
            return given;
        }
        var fresh = UUID.randomUUID().toString();
        response.setHeader(REQUEST_ID, fresh);
        return fresh;
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ");
    }
}
