package io.animus.kernel.core;

import io.animus.kernel.store.postgres.Database;
import java.nio.file.Path;
import java.time.Clock;

/** What of a hub makes the audit log. In this package because only the kernel wires itself. */
public final class LogProcess {
    private final Database database;
    private final AuditTrail trail;
    private final LogStatus status;
    private final Path keys;
    private final Lifecycle lifecycle;
    private Sequencer sequencer;

    public LogProcess(Database database, AuditTrail trail, Metrics metrics, Path keys) {
        this.database = database;
        this.trail = trail;
        this.status = new LogStatus(metrics);
        this.keys = keys;
        lifecycle = new Lifecycle(database, trail);
        sequencer = sequencer();
    }

    /** What the log is trusted by, until {@link #pause()}. */
    public LogTrust trust(Gate gate) {
        return new LogTrust(gate, sequencer);
    }

    /** From now on nothing gets into the log. */
    public void pause() throws InterruptedException {
        sequencer.close();
    }

    /** As if this hub had been started again. */
    public void resume() {
        sequencer = sequencer();
    }

    public void close() throws InterruptedException {
        lifecycle.close();
        sequencer.close();
    }

    private Sequencer sequencer() {
        return new Sequencer(database, trail, status, step -> {}, "hub.example/audit", keys, Clock.systemUTC());
    }
}
