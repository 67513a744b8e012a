package io.animus.kernel.domain.model;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import org.jspecify.annotations.Nullable;

/**
 * One step of a model version from stage to stage, kept for ever.
 *
 * @param made when and by whom
 * @param reason as that one gave it; null if none was given
 * @param auditEvent that records it
 */
public record StageChange(Stage from, Stage to, Made made, @Nullable String reason, TypeId auditEvent) {
    public StageChange {
        if (!from.mayBecome(to)) {
            throw new IllegalArgumentException("nothing goes from " + from + " to " + to);
        }
    }
}
