package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.core.DataPlanes.Offer;
import io.animus.kernel.core.RunProgression.Move;
import io.animus.kernel.domain.run.Attempt;
import io.animus.kernel.domain.run.DispatchOrder;
import io.animus.kernel.domain.run.DispatchOrder.Candidate;
import io.animus.kernel.domain.run.DispatchOrder.Room;
import io.animus.kernel.domain.run.Placement;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Takes runs out of the queue. A run that is taken has an attempt, whose id is the dispatch id, before anybody outside is
 * asked to do anything: a crash after that is found and mended by the {@link Reconciler}.
 */
@Component(service = Scheduler.class)
public final class Scheduler {
    /** The most runs that one round takes. */
    static final int BATCH = 50;

    private final Database database;
    private final Ports ports;
    private final RunProgression progression;
    private final Ids ids;
    private final Clock clock;

    @Activate
    public Scheduler(
            @Reference(name = "database") Database database,
            @Reference(name = "ports") Ports ports,
            @Reference(name = "progression") RunProgression progression,
            @Reference(name = "trail") AuditTrail trail) {
        this(database, ports, progression, trail.ids(), Clock.systemUTC());
    }

    Scheduler(Database database, Ports ports, RunProgression progression, Ids ids, Clock clock) {
        this.database = database;
        this.ports = ports;
        this.progression = progression;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Takes the runs whose turn it is, as far as quotas allow, of projects whose executor is able; returns them. The number of
     * statements depends neither on how many are taken nor on how many wait.
     */
    List<TypeId> schedule(Leader leader) {
        var offer = ports.dataPlanes().offer();
        if (offer.isEmpty() || database.read(tx -> tx.queue().waitingProjects()).isEmpty()) {
            return List.of();
        }
        return database.write(tx -> {
            leader.fence(tx);
            return take(tx, offer, clock.instant());
        });
    }

    private List<TypeId> take(Transaction tx, Offer offer, Instant now) {
        var places = new HashMap<TypeId, Placement>();
        var rooms = new HashMap<TypeId, Room>();
        tx.queue().shares(tx.queue().waitingProjects()).forEach((project, share) -> {
            var place = offer.to(share.executor());
            if (place != null) {
                places.put(project, place);
                rooms.put(project, share.room());
            }
        });
        var choices = DispatchOrder.choose(tx.queue().heads(rooms, BATCH, now), rooms, BATCH);
        if (choices.isEmpty()) {
            return List.of();
        }
        var taken = choices.stream().map(Candidate::run).toList();
        var progress = tx.runs().progress(taken);
        var attempts = new ArrayList<Attempt>();
        var moves = new ArrayList<Move>();
        for (var choice : choices) {
            var next = Objects.requireNonNull(progress.get(choice.run())).dispatching();
            var place = Objects.requireNonNull(places.get(choice.project()));
            var attempt =
                    new Attempt(ids.next(Attempt.PREFIX), choice.run(), next.attempts(), place, now, null, null, null);
            var details = Json.object()
                    .put("attempt", attempt.id().value())
                    .put("executor", place.executor())
                    .build();
            attempts.add(attempt);
            moves.add(new Move(choice.run(), choice.project(), next, Action.RUN_DISPATCHED, details));
        }
        tx.attempts().insert(attempts);
        progression.move(tx, moves, now);
        return taken;
    }
}
