package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.AuditText;
import io.animus.kernel.audit.Outcome;
import io.animus.kernel.audit.Resource;
import io.animus.kernel.core.AuditTrail.Draft;
import io.animus.kernel.guard.Denial;
import io.animus.kernel.guard.DenialListener;
import io.animus.kernel.store.postgres.Database;
import java.time.Clock;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Puts on record which services the guard hid, once the start of this hub is on record. Safe for many threads. */
@Component(service = DenialListener.class)
public final class DenialRecord implements DenialListener {
    private static final Caller CALLER = Caller.hub("guard");
    private static final int MAX_TEXT = 255;

    private final Database database;
    private final AuditTrail trail;
    private final Clock clock;

    @Activate
    public DenialRecord(
            @Reference(name = "database") Database database,
            @Reference(name = "trail") AuditTrail trail,
            @Reference(name = "lifecycle") Lifecycle started) {
        this(database, trail, Clock.systemUTC());
    }

    DenialRecord(Database database, AuditTrail trail, Clock clock) {
        this.database = database;
        this.trail = trail;
        this.clock = clock;
    }

    @Override
    public void denied(Denial denial) {
        var details = Json.object()
                .put("version", clean(denial.version()))
                .put("service", clean(denial.service()))
                .put("use", denial.use().permission())
                .build();
        var plugin = new Resource("plugin", AuditText.fit(denial.plugin(), MAX_TEXT), null);
        var draft = new Draft(
                CALLER, Action.SERVICE_DENIED, plugin, Outcome.DENIED, "NOT_IN_PERMISSIONS", details, clock.instant());
        database.write(tx -> trail.append(tx, draft));
    }

    private static Json.Text clean(String text) {
        return Json.clean(AuditText.fit(text, MAX_TEXT));
    }
}
