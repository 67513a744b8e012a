package io.animus.kernel.core;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.executor.JobExecutor;
import io.animus.api.executor.JobStatus;
import io.animus.api.storage.ObjectStore;
import io.animus.api.types.TypeId;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import io.animus.kernel.store.postgres.QueueRepository.UnderWay;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Bundle;

/**
 * The kernel without a framework around it, and without the beat of its conductor: whoever measures it says when what
 * happens.
 */
public final class BareKernel implements AutoCloseable {
    private final Database database;
    private final PortCalls calls = new PortCalls(new Metrics());
    private final Ports ports = new Ports(calls);
    private final AuditTrail trail;
    private final Runs runs;
    private final Scheduler scheduler;
    private final RunSteps steps;

    /** On a database that it brings up to date first. */
    public BareKernel(DatabaseAccess access) {
        database = new Database(access);
        trail = new AuditTrail(database, new Composition(() -> new Bundle[0]), Clock.systemUTC(), new SecureRandom());
        var gate = new Gate(database, trail);
        runs = new Runs(gate, new RunPlanner(database, ports), ports, trail);
        var progression = new RunProgression(trail);
        scheduler = new Scheduler(database, ports, progression, trail);
        steps = new RunSteps(
                database,
                ports,
                new JobBuilder(database, ports),
                new ResultCollector(ports, progression, trail),
                progression);
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

    /** The runs that are under way, as the reconciler sees them. */
    public List<UnderWay> underWay(int most) {
        return database.read(tx -> tx.queue().underWay(most));
    }

    /** Takes the step that the reconciler would take now. */
    public void step(Leader leader, UnderWay run, Optional<JobStatus> status) {
        steps.next(leader, run, status);
    }

    @Override
    public void close() {
        calls.close();
        database.close();
    }
}
