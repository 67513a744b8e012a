package io.animus.kernel.core;

import io.animus.api.types.TypeId;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Waits until the log's signature covers an event, so that nobody can take it out unseen. Safe for many threads. */
@Component(service = Coverage.class)
public final class Coverage {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration POLL = Duration.ofMillis(20);

    private final Database database;
    private final Runnable hurry;

    @Activate
    public Coverage(
            @Reference(name = "database") Database database, @Reference(name = "sequencer") Sequencer sequencer) {
        this(database, sequencer::hurry);
    }

    Coverage(Database database, Runnable hurry) {
        this.database = database;
        this.hurry = hurry;
    }

    /** Whether a checkpoint covers a committed event, now or within a few seconds. */
    boolean await(TypeId event) {
        var end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!isCovered(event)) {
                if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
                    return false;
                }
                // Again and again: the first time may come before the event can be taken into the log.
                hurry.run();
                LockSupport.parkNanos(POLL.toNanos());
            }
            return true;
        } catch (DatabaseUnavailableException e) {
            // The change is committed and must be answered.
            return false;
        }
    }

    private boolean isCovered(TypeId event) {
        return database.read(tx -> tx.auditTree()
                .indexOf(event)
                .filter(index -> index < tx.checkpoints().covered())
                .isPresent());
    }
}
