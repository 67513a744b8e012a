package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.store.postgres.OutboxRepository.OutboxEvent;
import io.animus.kernel.store.postgres.Transaction;
import java.io.Serial;
import java.time.Instant;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The only way in which the hub itself moves a run: state, transition, audit and outbox in the caller's transaction. */
@Component(service = RunProgression.class)
public final class RunProgression {
    private static final String STARTED = "RunStarted";
    private static final String FINISHED = "RunFinished";

    private final AuditTrail trail;

    @Activate
    public RunProgression(@Reference(name = "trail") AuditTrail trail) {
        this.trail = trail;
    }

    /** Somebody else moved the run in the meantime; look again. */
    static final class OvertakenException extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1L;

        OvertakenException() {
            super("the run was moved by somebody else", null, false, false);
        }
    }

    /**
     * Moves {@code run} on, by the hub.
     *
     * @throws OvertakenException if somebody else was faster; the transaction must end then
     */
    void move(Transaction tx, Run run, RunProgress next, Action action, Json.Members details, Instant now) {
        if (!tx.runs().advance(run.id(), next, now)) {
            throw new OvertakenException();
        }
        trail.succeed(tx, hub(), action, run.id(), run.project(), details, now);
        if (action == Action.RUN_STARTED) {
            tell(tx, run, STARTED, now);
        }
        if (next.state().isFinal()) {
            tell(tx, run, FINISHED, now);
        }
    }

    /** Records something the hub did for a run without moving it. */
    void record(Transaction tx, Run run, Action action, TypeId on, Json.Members details, Instant now) {
        trail.succeed(tx, hub(), action, on, run.project(), details, now);
    }

    private void tell(Transaction tx, Run run, String type, Instant now) {
        tx.outbox()
                .append(new OutboxEvent(
                        trail.ids().next("evt"), run.project(), type, run.id().value(), now));
    }

    private static Caller hub() {
        return new Caller(Principal.HUB, "hub", Set.of(), null, "hub", RequestContext.NONE);
    }
}
