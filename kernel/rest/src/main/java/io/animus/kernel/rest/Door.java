package io.animus.kernel.rest;

import io.animus.kernel.core.AuditTrail;
import io.animus.kernel.core.Authentication;
import io.animus.kernel.core.Caller;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.UnavailableException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Response;
import java.util.Collections;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets requests in: finds out who asks, keeps to the rate limit, and turns every refusal and failure into a problem. Safe for
 * many threads.
 */
@Component(service = Door.class, configurationPid = Door.PID)
@Designate(ocd = Door.Config.class)
public final class Door {
    /** The configuration of the REST API. */
    public static final String PID = "io.animus.rest";

    static final String DEFECT = "The hub failed. Report it with the request id.";

    private static final Logger LOG = LoggerFactory.getLogger(Door.class);
    private static final Pattern BEARER = Pattern.compile("(?i:bearer) +([^ ]+) *");
    private static final int RETRY_SECONDS = 5;

    private final Authentication authentication;
    private final AuditTrail trail;
    private final RateLimiter limiter;
    private final RateLimiter strangers;

    /** How much the API takes. */
    @ObjectClassDefinition(name = "REST API")
    public @interface Config {
        @AttributeDefinition(description = "Requests each second that one principal may send for long")
        int requests__per__second() default 500;

        @AttributeDefinition(description = "Requests that one principal may send at once")
        int burst() default 1000;

        @AttributeDefinition(
                description = "Requests each second without a valid key, of all callers together, that are answered 401"
                        + " and put on record; what is more is answered 429")
        int strangers__per__second() default 5;

        @AttributeDefinition(description = "Such requests that may come at once")
        int strangers__burst() default 100;
    }

    @Activate
    public Door(
            @Reference(name = "authentication") Authentication authentication,
            @Reference(name = "trail") AuditTrail trail,
            Config config) {
        this(
                authentication,
                trail,
                new RateLimiter(config.requests__per__second(), config.burst(), System::nanoTime),
                new RateLimiter(config.strangers__per__second(), config.strangers__burst(), System::nanoTime));
    }

    /** @param strangers the limit of whoever has no valid key, which is one for all of them */
    Door(Authentication authentication, AuditTrail trail, RateLimiter limiter, RateLimiter strangers) {
        this.authentication = authentication;
        this.trail = trail;
        this.limiter = limiter;
        this.strangers = strangers;
    }

    /**
     * Does {@code work} for whoever asks, or answers why not.
     *
     * @param operation the {@code operationId} in {@code openapi.yaml}
     * @param target what the request is about, for the record of a refusal
     */
    Response open(HttpServletRequest request, String operation, Target target, Function<Call, Response> work) {
        var exchange = Exchange.of(request);
        Exchange.noteOperation(request, operation);
        var caller = Caller.anonymous(operation, exchange.context());
        try {
            var found = authentication.find(secret(request), target.project(), operation, exchange.context());
            caller = found.orElse(caller);
            var verdict = (found.isPresent() ? limiter : strangers).take(caller.principal());
            if (!verdict.isPass()) {
                return overLimit(exchange, caller, target, verdict);
            }
            if (found.isEmpty()) {
                throw Authentication.refusal();
            }
            return work.apply(new Call(request, caller));
        } catch (RefusedException refusal) {
            return refused(exchange, caller, target, refusal);
        } catch (UnavailableException e) {
            return unavailable(exchange, e);
        } catch (RuntimeException e) {
            return failed(exchange, operation, e);
        }
    }

    private Response refused(Exchange exchange, Caller caller, Target target, RefusedException refusal) {
        try {
            var problem = new Problem(exchange, refusal.violations());
            var builder = Replies.problem(problem);
            if (problem.status() == Response.Status.UNAUTHORIZED.getStatusCode()) {
                builder.header("WWW-Authenticate", "Bearer");
            }
            if (problem.status() == Response.Status.SERVICE_UNAVAILABLE.getStatusCode()) {
                builder.header("Retry-After", RETRY_SECONDS);
            }
            var event = refusal.auditEvent();
            var recorded = event.isPresent() ? event.get() : trail.refuse(caller, target, problem.violations());
            return builder.header("Audit-Event", recorded.value()).build();
        } catch (UnavailableException e) {
            return unavailable(exchange, e);
        } catch (RuntimeException e) {
            return failed(exchange, caller.operation(), e);
        }
    }

    private Response overLimit(Exchange exchange, Caller caller, Target target, RateLimiter.Verdict verdict) {
        var problem = Problem.of(
                exchange,
                ProblemCode.RATE_LIMITED,
                "More requests come than the hub takes from one caller, or from all that have no valid key. Wait %d s."
                        .formatted(verdict.seconds()));
        var builder = Replies.problem(problem).header("Retry-After", verdict.seconds());
        // One record a minute: recording each would let a flood of requests become a flood of writes.
        if (verdict.isFirst()) {
            builder.header(
                    "Audit-Event",
                    trail.refuse(caller, target, problem.violations()).value());
        }
        return builder.build();
    }

    private static Response unavailable(Exchange exchange, UnavailableException e) {
        LOG.warn("answered 503: {}", e.getMessage());
        var detail = e.mayBeDone()
                ? "It may be done or not: %s. Look, or repeat it with the same Idempotency-Key."
                : "Nothing was done: %s. Try again.";
        return Replies.problem(Problem.of(exchange, e.code(), detail.formatted(e.getMessage())))
                .header("Retry-After", RETRY_SECONDS)
                .build();
    }

    private static Response failed(Exchange exchange, String operation, RuntimeException e) {
        LOG.error("{} failed, request {}", operation, exchange.requestId(), e);
        return Replies.problem(Problem.of(exchange, ProblemCode.INTERNAL, DEFECT))
                .build();
    }

    private static @Nullable String secret(HttpServletRequest request) {
        var credentials = Collections.list(request.getHeaders("Authorization"));
        if (credentials.size() != 1) {
            return null;
        }
        var form = BEARER.matcher(credentials.get(0));
        return form.matches() ? form.group(1) : null;
    }
}
