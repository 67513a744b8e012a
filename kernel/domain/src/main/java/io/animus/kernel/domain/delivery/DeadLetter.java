package io.animus.kernel.domain.delivery;

import io.animus.api.types.TypeId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the audit log that a sink refused for good.
 *
 * @param event id of the event
 * @param reason why it was refused the first time
 * @param wanted since when somebody wants it sent again; null while nobody does
 * @param replays how often it was sent again
 * @param replayReason why the last replay was refused; null if none was
 * @param replayed when a replay was taken; null until then
 */
public record DeadLetter(
        long index,
        TypeId event,
        String reason,
        Instant refused,
        @Nullable Instant wanted,
        int replays,
        @Nullable String replayReason,
        @Nullable Instant replayed) {}
