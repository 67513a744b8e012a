package io.animus.plugin.storage.filesystem;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The refusals of {@link ObjectServlet}, as {@code application/problem+json} (RFC 9457). */
enum Problem {
    NOT_ALLOWED(403, "object-url-not-valid", "The URL does not allow this", false),
    NOT_FOUND(404, "object-not-found", "No such object", false),
    METHOD_NOT_ALLOWED(405, "method-not-allowed", "Method not allowed", false),
    NO_SUCH_RANGE(416, "range-not-satisfiable", "The object has no such bytes", false),
    WRONG_CONTENT(422, "object-content-differs", "The content is not what the URL is for", false),
    UNAVAILABLE(503, "object-store-unavailable", "The object store can't take this now", true);

    private static final String RETRY_AFTER_S = "30";

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

    void send(HttpServletResponse response, String detail) throws IOException {
        var body =
                """
                {"type":"urn:animus:problem:%s","title":"%s","status":%d,"detail":"%s","code":"%s","retryable":%b}"""
                        .formatted(code, title, status, escaped(detail), code, isRetryable)
                        .getBytes(UTF_8);
        response.setStatus(status);
        response.setContentType("application/problem+json");
        response.setContentLength(body.length);
        if (isRetryable) {
            response.setHeader("Retry-After", RETRY_AFTER_S);
        }
        response.getOutputStream().write(body);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ");
    }
}
