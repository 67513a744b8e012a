package io.animus.kernel.rest;

import static java.util.stream.Collectors.joining;

import io.animus.kernel.core.Metrics;
import io.animus.kernel.core.RequestSpan;
import io.animus.kernel.core.RequestsInFlight;
import io.animus.kernel.core.Tracing;
import io.animus.kernel.domain.ProblemCode;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.net.URI;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardFilterAsyncSupported;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardFilterPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * What every request meets first: it gets an id and is timed, and whatever goes wrong behind this filter is answered as a problem, never
 * as a page of the server's. Safe for many threads.
 */
@Component(service = Filter.class)
@HttpWhiteboardFilterPattern("/*")
@HttpWhiteboardFilterAsyncSupported
public final class RequestFilter implements Filter {
    private static final Logger LOG = LoggerFactory.getLogger(RequestFilter.class);
    private static final String MDC_REQUEST_ID = "requestId";
    private static final String MDC_TRACE_ID = "traceId";
    private static final String API = "/api/v1/";

    private final Metrics.Times times;
    private final Tracing tracing;
    private final RequestsInFlight requests;
    private volatile @Nullable Door door;

    @Activate
    public RequestFilter(
            @Reference(name = "metrics") Metrics metrics,
            @Reference(name = "tracing") Tracing tracing,
            @Reference(name = "requests") RequestsInFlight requests) {
        this.tracing = tracing;
        this.requests = requests;
        times = metrics.times(
                "animus_http_request_seconds",
                "How long requests take, a stream until it begins",
                "operation",
                "status");
    }

    RequestFilter(Metrics metrics, Door door, RequestsInFlight requests) {
        this(metrics, new Tracing(metrics), requests);
        this.door = door;
    }

    @Reference(name = "door", cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setDoor(Door open) {
        door = open;
    }

    void unsetDoor(Door closed) {
        if (door == closed) {
            door = null;
        }
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest http && response instanceof HttpServletResponse answer) {
            var started = System.nanoTime();
            ProblemPages.install(http);
            // Nobody follows probes and scrapes, and the address of an object is a password.
            var span = http.getRequestURI().startsWith(API)
                    ? tracing.request(http.getMethod(), http::getHeader)
                    : RequestSpan.NONE;
            var exchange = Exchange.begin(http, freshId(), span);
            MDC.put(MDC_REQUEST_ID, exchange.requestId());
            var trace = exchange.context().traceId();
            if (trace != null) {
                MDC.put(MDC_TRACE_ID, trace);
            }
            requests.begin();
            try {
                pass(http, new ProblemResponse(http, answer, exchange, door != null), exchange, chain);
            } finally {
                requests.end();
                MDC.remove(MDC_REQUEST_ID);
                MDC.remove(MDC_TRACE_ID);
                var operation = Exchange.operation(http);
                times.add(System.nanoTime() - started, operation, Integer.toString(answer.getStatus()));
                span.end(operation, answer.getStatus(), exchange.requestId());
            }
        } else {
            chain.doFilter(request, response);
        }
    }

    /** Not secret and so not from a secure source, which each request would have to wait for. */
    private static String freshId() {
        var random = ThreadLocalRandom.current();
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }

    private static void pass(HttpServletRequest request, ProblemResponse response, Exchange exchange, FilterChain chain)
            throws IOException {
        response.setHeader("X-Request-Id", exchange.requestId());
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (request.getMethod().equals("OPTIONS") || request.getMethod().equals("TRACE")) {
            // JAX-RS and servlets would answer these on their own; the contract has no such operations.
            response.setHeader("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE");
            response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            return;
        }
        try {
            chain.doFilter(request, response);
        } catch (ServletException | RuntimeException e) {
            LOG.error("{} {} failed", request.getMethod(), exchange.path(), e);
            if (!response.isCommitted()) {
                response.reset();
                response.setHeader("X-Request-Id", exchange.requestId());
                response.send(ProblemCode.INTERNAL, Door.DEFECT);
            }
        }
    }

    /** Turns what JAX-RS and the server refuse on their own into problems. */
    private static final class ProblemResponse extends HttpServletResponseWrapper {
        private final HttpServletRequest request;
        private final Exchange exchange;
        private final boolean isOpen;

        /** @param isOpen whether the API is served: it waits for the database */
        ProblemResponse(HttpServletRequest request, HttpServletResponse response, Exchange exchange, boolean isOpen) {
            super(response);
            this.request = request;
            this.exchange = exchange;
            this.isOpen = isOpen;
        }

        /** The server closes a connection behind an answer to a request that it didn't have all of, and doesn't say so. */
        @Override
        public void setStatus(int status) {
            super.setStatus(status);
            var whole = status < SC_BAD_REQUEST
                    || ServletContextRequest.getServletContextRequest(request).consumeAvailable();
            if (!whole) {
                super.setHeader("Connection", "close");
            }
        }

        @Override
        public void addHeader(String name, String value) {
            super.addHeader(name, corrected(name, value));
        }

        @Override
        public void setHeader(String name, String value) {
            super.setHeader(name, corrected(name, value));
        }

        /**
         * JAX-RS makes locations absolute from the Host header, which is the caller's word and not the hub's, and takes itself
         * to answer OPTIONS, but not HEAD.
         */
        private static String corrected(String name, String value) {
            if (name.equalsIgnoreCase("Location")) {
                return URI.create(value).getRawPath();
            }
            return name.equalsIgnoreCase("Allow") ? methods(value) : value;
        }

        private static String methods(String thought) {
            return Stream.of(thought.split(" *, *"))
                    .filter(method -> !method.equals("OPTIONS") && !method.equals("HEAD"))
                    .flatMap(method -> method.equals("GET") ? Stream.of(method, "HEAD") : Stream.of(method))
                    .collect(joining(", "));
        }

        @Override
        public void sendError(int status) throws IOException {
            if (status == SC_NOT_FOUND && !isOpen && exchange.path().startsWith(API)) {
                setHeader("Retry-After", "1");
                send(ProblemCode.DATABASE_UNAVAILABLE, "The hub is starting, or its database is away. Try again.");
                return;
            }
            switch (status) {
                case SC_BAD_REQUEST -> send(ProblemCode.INVALID_PARAMETER, "A header or the path is malformed.");
                case SC_NOT_FOUND -> send(ProblemCode.NOT_FOUND, "Nothing is served at this path; see /openapi.yaml.");
                case SC_METHOD_NOT_ALLOWED ->
                    send(ProblemCode.METHOD_NOT_ALLOWED, "This path takes other methods: " + getHeader("Allow") + ".");
                case SC_NOT_ACCEPTABLE ->
                    send(ProblemCode.NOT_ACCEPTABLE, "Accept excludes what this operation answers; see /openapi.yaml.");
                case SC_UNSUPPORTED_MEDIA_TYPE ->
                    send(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "This operation takes another media type.");
                default -> send(ProblemCode.INTERNAL, Door.DEFECT);
            }
        }

        /** The message is for people who read logs of servers; the problem says it better. */
        @Override
        public void sendError(int status, String message) throws IOException {
            sendError(status);
        }

        void send(ProblemCode code, String detail) throws IOException {
            var problem = Problem.of(exchange, code, detail);
            var body = problem.body();
            resetBuffer();
            setStatus(problem.status());
            setContentType(Problem.MEDIA_TYPE);
            setContentLength(body.length);
            getOutputStream().write(body);
        }
    }
}
