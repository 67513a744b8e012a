package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.Outcome;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.store.postgres.AuditRepository.Filter;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Reads what is on record. Safe for many threads. */
@Component(service = AuditEvents.class)
public final class AuditEvents {
    private static final String TYPE = "auditEvent";

    private final Gate gate;

    @Activate
    public AuditEvents(@Reference(name = "gate") Gate gate) {
        this.gate = gate;
    }

    /**
     * Which events; null means any, and all that are given must hold.
     *
     * @param project id or name
     * @param actor subject of the actor, exactly
     * @param resource id, exactly
     * @param from first moment
     * @param to first moment after
     */
    public record Query(
            @Nullable String project,
            @Nullable String actor,
            @Nullable Action action,
            @Nullable String resource,
            @Nullable Outcome outcome,
            @Nullable Instant from,
            @Nullable Instant to) {
        /** Every event that the caller may see. */
        public static final Query ALL = new Query(null, null, null, null, null, null, null);
    }

    /**
     * A security officer sees all events, an auditor those of the projects in which it is one.
     *
     * @return members as {@code AuditEvent} in {@code openapi.yaml}, those that hold nothing left out
     */
    public Page<Json.Members> list(Caller caller, Query query, PageRequest page) {
        return gate.readHub(caller, new Target(TYPE, null, query.project()), Permission.READ_AUDIT, tx -> {
            var project = query.project();
            var action = query.action();
            var outcome = query.outcome();
            var filter = new Filter(
                    AuditLog.auditor(caller),
                    project == null
                            ? null
                            : Gate.authoriseIn(tx, caller, project, Permission.READ_AUDIT)
                                    .id(),
                    query.actor(),
                    action == null ? null : action.word(),
                    query.resource(),
                    outcome == null ? null : outcome.word(),
                    query.from(),
                    query.to());
            return tx.audit().page(filter, page);
        });
    }
}
