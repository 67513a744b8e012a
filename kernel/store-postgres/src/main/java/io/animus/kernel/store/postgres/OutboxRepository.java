package io.animus.kernel.store.postgres;

import io.animus.api.types.TypeId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Table {@code outbox}: domain events on their way out, written with the fact that they tell of. */
public final class OutboxRepository {
    private final LateRows rows;

    OutboxRepository(Transaction tx) {
        rows = tx.late();
    }

    /**
     * A domain event: ids only, never content.
     *
     * @param project null for what belongs to the hub
     * @param type {@code RunCreated}, {@code ModelApproved} … as in the domain's list of events
     * @param subject what it is about
     */
    public record OutboxEvent(TypeId id, @Nullable TypeId project, String type, String subject, Instant at) {}

    public void append(OutboxEvent event) {
        append(List.of(event));
    }

    /** Appends events. */
    public void append(List<OutboxEvent> events) {
        for (var event : events) {
            rows.add(LateTable.OUTBOX, event.id(), event.project(), event.type(), event.subject(), event.at());
        }
    }
}
