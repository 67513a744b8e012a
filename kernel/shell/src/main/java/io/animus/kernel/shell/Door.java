package io.animus.kernel.shell;

import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.core.Caller;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.UnavailableException;
import io.animus.kernel.domain.Violation;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Lets commands in, as the door of the REST API does: finds out who asks, records what is refused, and says in a line or a few what
 * is wrong. It is there even where the kernel is not. Safe for many threads.
 */
@Component(service = Door.class)
public final class Door {
    private static final Logger LOG = LoggerFactory.getLogger(Door.class);
    private static final String AGENT = "animus-shell";
    private static final String MDC_REQUEST_ID = "requestId";
    private static final RefusedException NOBODY = new RefusedException(List.of(Violation.of(
            ProblemCode.UNAUTHENTICATED, "Nobody is logged in with a valid API key. Log in with animus:login.")));

    private volatile @Nullable UseCases cases;

    @Activate
    public Door() {}

    /** A door to a kernel that doesn't go away. */
    Door(UseCases cases) {
        this.cases = cases;
    }

    @Reference(name = "cases", cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setCases(UseCases there) {
        cases = there;
    }

    void unsetCases(UseCases gone) {
        if (cases == gone) {
            cases = null;
        }
    }

    /** What a command does once it is known who asks. */
    interface Work {
        void at(Desk desk) throws CommandException, IOException;
    }

    /**
     * Does {@code work} for whoever is logged in.
     *
     * @param operation the {@code operationId} in {@code openapi.yaml} of what does the same
     * @param plugin that it is about; null for what is yet to come, or all of them
     * @throws CommandException says what is wrong, and is on record where an answer of REST would be
     */
    void open(Session session, String operation, @Nullable String plugin, Work work) throws CommandException {
        open(session, Login.keyOf(session), operation, plugin, work);
    }

    /** As above, for whoever has this key. */
    void open(Session session, @Nullable String key, String operation, @Nullable String plugin, Work work)
            throws CommandException {
        var request = UUID.randomUUID().toString();
        var context = RequestContext.received(request, null, null, AGENT);
        var now = cases;
        if (now == null) {
            throw failure(
                    ProblemCode.DATABASE_UNAVAILABLE + ": The hub is starting, or its database is away. Try again.");
        }
        var caller = Caller.anonymous(operation, context);
        MDC.put(MDC_REQUEST_ID, request);
        try {
            var found = Undisturbed.done(() -> now.authentication().find(key, null, operation, context));
            caller = found.orElse(caller);
            work.at(new Desk(session, found.orElseThrow(() -> NOBODY), now));
        } catch (RefusedException refusal) {
            throw refused(now, caller, Target.inHub("plugin", plugin), refusal, request);
        } catch (UnavailableException e) {
            throw unavailable(e);
        } catch (ClosedByInterruptException e) {
            LOG.debug("{} was broken off", operation, e);
            throw Desk.brokenOff();
        } catch (IOException | RuntimeException e) {
            throw failed(operation, request, e);
        } finally {
            MDC.remove(MDC_REQUEST_ID);
        }
    }

    /** What completes a word; nothing where nobody is logged in, and nothing is put on record. */
    List<String> offers(Session session, String operation, Function<Desk, List<String>> look) {
        var now = cases;
        if (now == null) {
            return List.of();
        }
        try {
            var found = Undisturbed.done(
                    () -> now.authentication().find(Login.keyOf(session), null, operation, RequestContext.NONE));
            return found.map(caller -> look.apply(new Desk(session, caller, now)))
                    .orElse(List.of());
        } catch (RefusedException | UnavailableException e) {
            LOG.debug("nothing to offer for {}", operation, e);
            return List.of();
        }
    }

    private static CommandException refused(
            UseCases cases, Caller caller, Target target, RefusedException refusal, String request) {
        try {
            var event = refusal.auditEvent()
                    .orElseGet(
                            () -> Undisturbed.done(() -> cases.trail().refuse(caller, target, refusal.violations())));
            var lines = refusal.violations().stream().map(Door::line).distinct().collect(Collectors.joining("\n"));
            return failure(lines + "\nOn record as " + event + ".");
        } catch (UnavailableException e) {
            return unavailable(e);
        } catch (RuntimeException e) {
            return failed(caller.operation(), request, e);
        }
    }

    private static String line(Violation violation) {
        var place = violation.pointer().isEmpty() ? "" : violation.pointer() + ": ";
        return violation.code() + ": " + Desk.shown(place + violation.detail());
    }

    private static CommandException unavailable(UnavailableException e) {
        LOG.warn("a command found no {}: {}", e.code(), e.getMessage());
        return failure("%s: %s: %s."
                .formatted(
                        e.code(),
                        e.mayBeDone() ? "It may be done or not, so look" : "Nothing was done, try again",
                        Desk.shown(String.valueOf(e.getMessage()))));
    }

    private static CommandException failed(String operation, String request, Exception e) {
        LOG.error("{} failed, request {}", operation, request, e);
        return failure(ProblemCode.INTERNAL + ": The hub failed; its log says more. Report it with the request id "
                + request + ".");
    }

    /** What the shell shows, without the words and colours that it would add. */
    static CommandException failure(String words) {
        return new CommandException(words, words);
    }
}
