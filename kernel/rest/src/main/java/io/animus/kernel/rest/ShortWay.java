package io.animus.kernel.rest;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardFilterAsyncSupported;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardFilterPattern;

/**
 * Answers the request that is sent most, for a run, without JAX-RS, which takes as long as all else together. Whatever is
 * unusual about such a request is left to JAX-RS, which calls the same method and answers the same. Safe for many threads.
 */
@Component(service = Filter.class, property = "service.ranking:Integer=" + ShortWay.BEHIND_REQUEST_FILTER)
@HttpWhiteboardFilterPattern("/api/v1/projects/*")
@HttpWhiteboardFilterAsyncSupported
public final class ShortWay implements Filter {
    static final int BEHIND_REQUEST_FILTER = -1;

    // Nothing that anybody would have to decode.
    private static final Pattern RUN = Pattern.compile("/api/v1/projects/([a-z0-9_-]+)/runs/([a-z0-9_-]+)");

    private final RunsResource runs;

    @Activate
    public ShortWay(@Reference(name = "runs") RunsResource runs) {
        this.runs = runs;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest asked
                && response instanceof HttpServletResponse answer
                && asked.getMethod().equals("GET")
                && takesJson(asked)) {
            var path = RUN.matcher(asked.getRequestURI());
            if (path.matches()) {
                send(runs.find(asked, path.group(1), path.group(2)), answer);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private static boolean takesJson(HttpServletRequest request) {
        var accepted = request.getHeaders("Accept");
        if (!accepted.hasMoreElements()) {
            return true;
        }
        var first = accepted.nextElement();
        return !accepted.hasMoreElements() && (first.equals("application/json") || first.equals("*/*"));
    }

    private static void send(Response reply, HttpServletResponse answer) throws IOException {
        answer.setStatus(reply.getStatus());
        reply.getStringHeaders().forEach((name, values) -> values.forEach(value -> answer.addHeader(name, value)));
        answer.getOutputStream().write((byte[]) reply.getEntity());
    }
}
