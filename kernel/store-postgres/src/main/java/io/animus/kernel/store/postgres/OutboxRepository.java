package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.OUTBOX;
import static org.jooq.impl.DSL.select;

import io.animus.api.types.TypeId;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Table {@code outbox}: domain events on their way out, written with the fact that they tell of. */
public final class OutboxRepository {
    private final Transaction tx;

    OutboxRepository(Transaction tx) {
        this.tx = tx;
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
        var rows = tx.late();
        for (var event : events) {
            rows.add(LateTable.OUTBOX, event.id(), event.project(), event.type(), event.subject(), event.at());
        }
    }

    /** Takes the oldest events out, for whoever hands them on in the same transaction; by id. */
    public List<OutboxEvent> take(int limit) {
        return tx
                .sql()
                .deleteFrom(OUTBOX)
                .where(OUTBOX.ID.in(
                        select(OUTBOX.ID).from(OUTBOX).orderBy(OUTBOX.ID).limit(limit)))
                .returning()
                .fetch(row -> new OutboxEvent(
                        row.get(OUTBOX.ID),
                        row.get(OUTBOX.PROJECT_ID),
                        row.get(OUTBOX.TYPE),
                        row.get(OUTBOX.SUBJECT),
                        row.get(OUTBOX.CREATED_AT)))
                .stream()
                .sorted(Comparator.comparing(OutboxEvent::id))
                .toList();
    }
}
