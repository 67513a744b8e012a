package io.animus.kernel.core;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.executor.JobExecutor;
import io.animus.api.storage.ObjectStore;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.AuditEvent;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import io.animus.kernel.store.postgres.Transaction;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The kernel without a framework around it, and without the beat of its conductor: whoever measures it says when what
 * happens.
 */
public final class BareKernel implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(1);

    private final Database database;
    private final PortCalls calls = new PortCalls(new Metrics());
    private final Ports ports = new Ports(calls);
    private final AuditTrail trail;
    private final Runs runs;
    private final Scheduler scheduler;
    private final Bell bell = new Bell();
    private final Reconciler reconciler;

    /** On a database that it brings up to date first. */
    public BareKernel(DatabaseAccess access) {
        this(access, true);
    }

    /** @param isAudited false leaves out what writes audit events, to see what that costs */
    public BareKernel(DatabaseAccess access, boolean isAudited) {
        database = new Database(access);
        trail = isAudited
                ? new AuditTrail(database, Composition.none(), Clock.systemUTC(), new SecureRandom())
                : new NoTrail(database);
        var gate = new Gate(database, trail);
        runs = new Runs(gate, new RunPlanner(database, ports), ports, trail, bell);
        var progression = new RunProgression(trail);
        scheduler = new Scheduler(database, ports, progression, trail);
        var steps = new RunSteps(
                database, ports, new JobBuilder(database, ports), new ResultCollector(ports, trail), progression);
        reconciler = new Reconciler(database, ports, steps, bell);
    }

    public Database database() {
        return database;
    }

    public Runs runs() {
        return runs;
    }

    /** Gives it what runs need in order to be run. */
    public void install(JobExecutor executor, ObjectStore store) {
        ports.addExecutor(executor, Map.of());
        ports.addStorage(store, Map.of());
    }

    /** Becomes the one that moves runs. */
    public Leader lead() {
        return Leader.elect(
                        database, "conductor", trail.node(), Clock.systemUTC().instant())
                .orElseThrow();
    }

    /** One round of the scheduler; returns the runs that it took. */
    public List<TypeId> schedule(Leader leader) {
        return scheduler.schedule(leader);
    }

    /** One round of the reconciler; returns when every step that it set going is taken. */
    public void reconcile(Leader leader) throws InterruptedException {
        reconciler.reconcile(leader);
        while (!reconciler.isIdle()) {
            bell.await(LOOK);
        }
    }

    /** Whether any run is under way. */
    public boolean isBusy() {
        return !database.read(tx -> tx.queue().underWay(1)).isEmpty();
    }

    @Override
    public void close() {
        try {
            reconciler.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        calls.close();
        database.close();
    }

    /** Gives events ids and writes none. */
    private static final class NoTrail extends AuditTrail {
        NoTrail(Database database) {
            super(database, Composition.none(), Clock.systemUTC(), new SecureRandom());
        }

        @Override
        TypeId append(Transaction tx, Draft draft) {
            return ids().next(AuditEvent.ID_PREFIX);
        }
    }
}
