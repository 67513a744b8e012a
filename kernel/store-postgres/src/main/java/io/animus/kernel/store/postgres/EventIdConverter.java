package io.animus.kernel.store.postgres;

import io.animus.api.types.TypeId;
import io.animus.kernel.audit.AuditEvent;
import java.io.Serial;
import java.util.UUID;
import org.jooq.Converter;
import org.jspecify.annotations.Nullable;

/** Columns of type uuid hold ids of audit events without their prefix: half the room, three times for each event. */
public final class EventIdConverter implements Converter<UUID, TypeId> {
    @Serial
    private static final long serialVersionUID = 1L;

    static TypeId id(UUID number) {
        return TypeId.of(AuditEvent.ID_PREFIX, number);
    }

    @Override
    public @Nullable TypeId from(@Nullable UUID column) {
        return column == null ? null : id(column);
    }

    /** @throws IllegalArgumentException if it is the id of anything else */
    @Override
    public @Nullable UUID to(@Nullable TypeId value) {
        if (value == null) {
            return null;
        }
        if (!value.prefix().equals(AuditEvent.ID_PREFIX)) {
            throw new IllegalArgumentException("not the id of an audit event: " + value);
        }
        return value.number();
    }

    @Override
    public Class<UUID> fromType() {
        return UUID.class;
    }

    @Override
    public Class<TypeId> toType() {
        return TypeId.class;
    }
}
