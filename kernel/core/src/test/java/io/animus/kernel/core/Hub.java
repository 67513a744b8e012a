package io.animus.kernel.core;

import io.animus.api.executor.JobExecutor;
import io.animus.api.scm.ScmHost;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;

/** One hub process: its own objects and connections, on the database and the data plane that it shares with others. */
final class Hub implements AutoCloseable {
    static final Deadlines DEADLINES = new Deadlines(
            Duration.ofMinutes(15),
            Duration.ofSeconds(10),
            Duration.ofMinutes(10),
            Duration.ofMillis(500),
            Duration.ofSeconds(5),
            Duration.ofMillis(50));

    private final Kernel kernel;
    private final Database database;
    private final PortCalls calls = new PortCalls(new Metrics());
    private final Ports ports = new Ports(calls);
    private final AuditTrail trail;
    private final Bell bell = new Bell();
    private final Scheduler scheduler;
    private final Reconciler reconciler;
    private final Runs runs;
    private final RunResults results;
    private Leader leader;

    Hub(Kernel kernel, ScmHost scm, JobExecutor executor) {
        this.kernel = kernel;
        database = kernel.anotherDatabase();
        var clock = kernel.clock();
        ports.addStorage(kernel.store(), Map.of());
        ports.addScm(scm, Map.of());
        ports.addExecutor(executor, Map.of());
        trail = new AuditTrail(database, Composition.none(), clock, new SecureRandom());
        var gate = new Gate(database, trail, clock, trail.ids());
        var progression = new RunProgression(trail);
        var collector = new ResultCollector(ports, trail.ids(), clock);
        var steps = new RunSteps(
                database, ports, new JobBuilder(database, ports, clock), collector, progression, DEADLINES, clock);
        scheduler = new Scheduler(database, ports, progression, trail.ids(), clock);
        reconciler = new Reconciler(database, ports, steps, bell, DEADLINES, clock);
        runs = new Runs(gate, new RunPlanner(database, ports, clock), ports, trail, bell);
        results = new RunResults(gate, database, ports);
    }

    Bell bell() {
        return bell;
    }

    Runs runs() {
        return runs;
    }

    RunResults results() {
        return results;
    }

    Ports ports() {
        return ports;
    }

    Database database() {
        return database;
    }

    Reconciler reconciler() {
        return reconciler;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    /** Leads from now on; waits until a hub that led before has let go. */
    Leader lead() {
        if (leader == null) {
            leader = Await.present(() -> Leader.elect(
                    database, "conductor", trail.node(), kernel.clock().instant()));
        }
        return leader;
    }

    /** One beat of the conductor. */
    void beat() {
        reconciler.reconcile(lead());
        if (!scheduler.schedule(lead()).isEmpty()) {
            reconciler.reconcile(lead());
        }
    }

    /** The session that makes this hub the leader breaks; the hub itself doesn't notice yet. */
    void loseSession() {
        lead().close();
    }

    /** Until no worker is at anything. */
    void awaitIdle() {
        Await.until("the reconciler is idle", reconciler::isIdle);
    }

    /** Starts a real conductor, which beats by itself. */
    Conductor conduct() {
        var janitor = new Janitor(database, trail, kernel.clock());
        return new Conductor(database, trail, scheduler, reconciler, janitor, bell, kernel.clock());
    }

    @Override
    public void close() {
        try {
            reconciler.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (leader != null) {
            leader.close();
        }
        calls.close();
        database.close();
    }
}
