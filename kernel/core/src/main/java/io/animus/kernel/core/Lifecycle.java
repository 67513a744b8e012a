package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import java.time.Clock;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts on record when this hub starts and stops. A start without a stop before it was a crash. */
@Component(service = Lifecycle.class, immediate = true)
public final class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

    private final Database database;
    private final AuditTrail trail;
    private final Clock clock;

    @Activate
    public Lifecycle(@Reference(name = "database") Database database, @Reference(name = "trail") AuditTrail trail) {
        this(database, trail, Clock.systemUTC());
    }

    Lifecycle(Database database, AuditTrail trail, Clock clock) {
        this.database = database;
        this.trail = trail;
        this.clock = clock;
        note(Action.NODE_STARTED);
    }

    @Deactivate
    void close() {
        try {
            note(Action.NODE_STOPPED);
        } catch (DatabaseUnavailableException e) {
            LOG.warn("The stop of this hub is not on record: the database is away");
        }
    }

    private void note(Action action) {
        var node = new TypeId(trail.node());
        var details = Json.object().put("java", Runtime.version().toString()).build();
        database.write(tx -> trail.succeed(tx, Caller.hub("lifecycle"), action, node, null, details, clock.instant()));
    }
}
