package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.core.AuditTrail.Deed;
import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.store.postgres.OutboxRepository.OutboxEvent;
import io.animus.kernel.store.postgres.Transaction;
import java.io.Serial;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The only way in which the hub itself moves a run: state, transition, audit and outbox in the caller's transaction. */
@Component(service = RunProgression.class)
public final class RunProgression {
    private static final String STARTED = "RunStarted";
    private static final String FINISHED = "RunFinished";
    private static final Caller HUB = Caller.hub("hub");

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

    /** A run's next step, and what is put on record about it. */
    record Move(TypeId run, TypeId project, RunProgress next, Action action, Json.Members details) {}

    /**
     * Moves runs on, by the hub; a constant number of statements for any number of them.
     *
     * @throws OvertakenException if somebody else was faster with any of them; the transaction must end then
     */
    void move(Transaction tx, List<Move> moves, Instant now) {
        move(tx, moves, List.of(), now);
    }

    /** As {@link #move}; puts on record first what else the hub did for these runs. */
    void move(Transaction tx, List<Move> moves, List<Deed> before, Instant now) {
        if (moves.isEmpty()) {
            return;
        }
        var next = new LinkedHashMap<TypeId, RunProgress>();
        var deeds = new ArrayList<>(before);
        var events = new ArrayList<OutboxEvent>();
        for (var move : moves) {
            next.put(move.run(), move.next());
            deeds.add(new Deed(move.action(), move.run(), move.project(), move.details()));
            if (move.action() == Action.RUN_STARTED) {
                events.add(event(move, STARTED, now));
            }
            if (move.next().state().isFinal()) {
                events.add(event(move, FINISHED, now));
            }
        }
        if (!tx.runs().advance(next, now)) {
            throw new OvertakenException();
        }
        trail.succeed(tx, HUB, deeds, now);
        tx.outbox().append(events);
    }

    private OutboxEvent event(Move move, String type, Instant now) {
        return new OutboxEvent(
                trail.ids().next("evt"), move.project(), type, move.run().value(), now);
    }
}
