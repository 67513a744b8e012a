package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.Outcome;
import io.animus.kernel.audit.Resource;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.access.Rights;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.store.postgres.AccessRepository.ProjectAccess;
import io.animus.kernel.store.postgres.OutboxRepository.OutboxEvent;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a use case that changes something works with: one transaction, the project that the caller may do this in, and the
 * audit trail. Valid inside one call; not safe for several threads.
 */
final class Change {
    /** Who is told that such a thing is done can rely on it that the log's signature covers it. */
    private static final Set<Action> WAIT_FOR_COVER = EnumSet.of(
            Action.MODEL_VERSION_VALIDATED,
            Action.MODEL_VERSION_APPROVED,
            Action.MODEL_VERSION_DEPRECATED,
            Action.ROLE_BINDING_CREATED,
            Action.ROLE_BINDING_DELETED);

    private final Transaction tx;
    private final Caller caller;
    private final @Nullable ProjectAccess access;
    private final AuditTrail trail;
    private final Ids ids;
    private final Instant now;
    private @Nullable TypeId firstEvent;
    private boolean waitsForCover;
    private boolean nothingToDo;

    Change(Transaction tx, Caller caller, @Nullable ProjectAccess access, AuditTrail trail, Ids ids, Instant now) {
        this.tx = tx;
        this.caller = caller;
        this.access = access;
        this.trail = trail;
        this.ids = ids;
        this.now = now;
    }

    Transaction tx() {
        return tx;
    }

    Caller caller() {
        return caller;
    }

    boolean hasProject() {
        return access != null;
    }

    /** The project that this is about; only where the use case is of a project. */
    Project project() {
        return access().project();
    }

    /** What the caller is in the project. */
    Rights rights() {
        return access().rights();
    }

    ProjectAccess access() {
        if (access == null) {
            throw new IllegalStateException("not about a project");
        }
        return access;
    }

    /** The moment of this change: one for everything in it. */
    Instant now() {
        return now;
    }

    /** Now, by the caller. */
    Made made() {
        return new Made(now, caller.principal());
    }

    TypeId newId(String prefix) {
        return ids.next(prefix);
    }

    /** Records what was done; every change records at least one event. */
    TypeId audit(Action action, TypeId resource, Json.Members details) {
        return audit(action, resource, access == null ? null : access.project().id(), details);
    }

    /** Records what was done to something of {@code owner}, which this change may itself have made. */
    TypeId audit(Action action, TypeId resource, @Nullable TypeId owner, Json.Members details) {
        var event = trail.succeed(tx, caller, action, resource, owner, details, now);
        if (firstEvent == null) {
            firstEvent = event;
            waitsForCover = WAIT_FOR_COVER.contains(action);
        }
        return event;
    }

    /** Records what was done to something of the hub that has a name and no id. */
    TypeId audit(Action action, Resource resource, Json.Members details) {
        var event =
                trail.append(tx, new AuditTrail.Draft(caller, action, resource, Outcome.SUCCESS, null, details, now));
        if (firstEvent == null) {
            firstEvent = event;
        }
        return event;
    }

    /** Whether the answer waits until a signed checkpoint covers the first event. */
    boolean waitsForCover() {
        return waitsForCover;
    }

    /** Says that there was nothing to do, so that nothing is recorded either. */
    void unchanged() {
        nothingToDo = true;
    }

    /** Tells the world, once this is committed. */
    void emit(String type, TypeId subject) {
        tx.outbox()
                .append(new OutboxEvent(
                        ids.next("evt"),
                        access == null ? null : access.project().id(),
                        type,
                        subject.value(),
                        now));
    }

    /**
     * The first event; null if there was nothing to do.
     *
     * @throws IllegalStateException if nothing was recorded: no audit, no action
     */
    @Nullable TypeId firstEvent() {
        if (firstEvent == null && !nothingToDo) {
            throw new IllegalStateException("a change without an audit event: " + caller.operation());
        }
        return firstEvent;
    }
}
