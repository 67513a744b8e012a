package io.animus.kernel.core;

import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import java.time.Clock;
import java.time.Duration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Forgets what nobody asks for any more. */
@Component(service = Janitor.class)
public final class Janitor {
    /** How long a repeated request gets the first answer; at least the 24 hours that the API promises. */
    private static final Duration KEEP_ANSWERS = Duration.ofHours(48);

    private static final int BATCH = 1000;

    private final Database database;
    private final Clock clock = Clock.systemUTC();

    @Activate
    public Janitor(@Reference(name = "database") Database database) {
        this.database = database;
    }

    void clean(Leader leader) {
        var then = clock.instant().minus(KEEP_ANSWERS);
        int forgotten;
        do {
            forgotten = database.write(tx -> {
                leader.fence(tx);
                return tx.idempotency().forgetBefore(then, BATCH);
            });
        } while (forgotten == BATCH);
    }
}
