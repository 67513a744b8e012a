package io.animus.kernel.core;

import io.animus.kernel.store.postgres.Database;
import java.nio.file.Path;
import java.time.Clock;

/** What of a hub makes the audit log. In this package because only the kernel wires itself. */
public final class LogProcess {
    private final Lifecycle lifecycle;
    private final Sequencer sequencer;

    public LogProcess(Database database, AuditTrail trail, Metrics metrics, Path keys) {
        lifecycle = new Lifecycle(database, trail, Clock.systemUTC());
        sequencer = new Sequencer(
                database,
                trail,
                new LogStatus(metrics),
                new Integrator(database),
                "hub.example/audit",
                keys,
                Clock.systemUTC());
    }

    /** What the log is trusted by. */
    public LogTrust trust(Gate gate) {
        return new LogTrust(gate, sequencer);
    }

    /** Puts a sign of life on record. */
    public void beat() {
        lifecycle.beat();
    }

    /** From now on nothing gets into the log. */
    public void stopSequencer() throws InterruptedException {
        sequencer.close();
    }

    public void close() throws InterruptedException {
        lifecycle.close();
        sequencer.close();
    }
}
