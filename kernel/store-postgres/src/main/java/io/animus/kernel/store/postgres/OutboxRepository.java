package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.OUTBOX;

import io.animus.api.types.TypeId;
import java.time.Instant;
import java.util.List;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Table {@code outbox}: domain events on their way out, written with the fact that they tell of. */
public final class OutboxRepository {
    private final DSLContext sql;

    OutboxRepository(DSLContext sql) {
        this.sql = sql;
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

    /** Appends events, in one statement. */
    public void append(List<OutboxEvent> events) {
        if (events.isEmpty()) {
            return;
        }
        var insert =
                sql.insertInto(OUTBOX, OUTBOX.ID, OUTBOX.PROJECT_ID, OUTBOX.TYPE, OUTBOX.SUBJECT, OUTBOX.CREATED_AT);
        for (var event : events) {
            insert = insert.values(event.id(), event.project(), event.type(), event.subject(), event.at());
        }
        insert.execute();
    }
}
