package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.run.Attempt;
import io.animus.kernel.domain.run.DispatchOrder;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
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
    private final Clock clock = Clock.systemUTC();

    @Activate
    public Scheduler(
            @Reference(name = "database") Database database,
            @Reference(name = "ports") Ports ports,
            @Reference(name = "progression") RunProgression progression,
            @Reference(name = "trail") AuditTrail trail) {
        this.database = database;
        this.ports = ports;
        this.progression = progression;
        this.ids = trail.ids();
    }

    /** Takes the runs whose turn it is, as far as quotas allow; returns them. */
    List<TypeId> schedule(Leader leader) {
        var executor = ports.executorName();
        if (executor.isEmpty()
                || database.read(tx -> tx.queue().waitingProjects()).isEmpty()) {
            return List.of();
        }
        return database.write(tx -> {
            leader.fence(tx);
            var now = clock.instant();
            var rooms = tx.queue().rooms(tx.queue().waitingProjects());
            var taken = new ArrayList<TypeId>();
            for (var choice : DispatchOrder.choose(tx.queue().heads(rooms, BATCH, now), rooms, BATCH)) {
                var run = tx.runs().find(choice.run()).orElseThrow();
                var next = run.progress().dispatching();
                var attempt = new Attempt(
                        ids.next(Attempt.PREFIX), run.id(), next.attempts(), executor.get(), now, null, null, null);
                tx.attempts().insert(attempt);
                var details = Json.object()
                        .put("attempt", attempt.id().value())
                        .put("executor", executor.get())
                        .build();
                progression.move(tx, run, next, Action.RUN_DISPATCHED, details, now);
                taken.add(run.id());
            }
            return taken;
        });
    }
}
