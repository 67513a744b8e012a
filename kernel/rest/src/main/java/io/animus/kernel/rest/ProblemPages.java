package io.animus.kernel.rest;

import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.domain.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * What the server itself refuses, before any servlet sees it, answered as a problem: a request line or a path that can't be
 * read, a header that is too long. The server would answer with a page.
 */
final class ProblemPages implements Request.Handler {
    private static final int SERVER_ERROR = 500;
    private static final int UNAVAILABLE = 503;
    private static final int NOT_FOUND = 404;

    /** Makes sure that the server which {@code request} came through answers problems. */
    static void install(HttpServletRequest request) {
        Server server = ServletContextRequest.getServletContextRequest(request)
                .getServletContextHandler()
                .getServer();
        if (!(server.getErrorHandler() instanceof ProblemPages)) {
            server.setErrorHandler(new ProblemPages());
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        var id = UUID.randomUUID().toString();
        var exchange = new Exchange(id, RequestContext.NONE, "/");
        var message = String.valueOf(request.getAttribute(ErrorHandler.ERROR_MESSAGE));
        var problem = problem(exchange, response.getStatus(), message);
        response.setStatus(problem.status());
        response.getHeaders().put("X-Request-Id", id);
        response.getHeaders().put("Content-Type", Problem.MEDIA_TYPE);
        if (!request.getConnectionMetaData().isPersistent()) {
            // The server closes it, and says so by itself only where it could not read a header.
            response.getHeaders().put("Connection", "close");
        }
        response.write(true, ByteBuffer.wrap(problem.body()), callback);
        return true;
    }

    private static Problem problem(Exchange exchange, int status, String message) {
        if (status == SERVER_ERROR || status == UNAVAILABLE) {
            return Problem.of(exchange, ProblemCode.INTERNAL, Door.DEFECT);
        }
        if (message.contains("URI") || status == NOT_FOUND) {
            return Problem.of(exchange, ProblemCode.NOT_FOUND, "Nothing is served at this path; see /openapi.yaml.");
        }
        return Problem.of(exchange, ProblemCode.INVALID_PARAMETER, "The server can't read this request.");
    }
}
