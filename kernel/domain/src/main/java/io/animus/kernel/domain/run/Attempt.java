package io.animus.kernel.domain.run;

import io.animus.api.types.TypeId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One try to execute a run. Its id is the dispatch id that makes launching idempotent.
 *
 * @param number from 1
 * @param placement where its job is
 * @param node the machine it ran on; null until it has started
 * @param end null until it has ended
 */
public record Attempt(
        TypeId id,
        TypeId run,
        int number,
        Placement placement,
        Instant created,
        @Nullable Instant started,
        @Nullable String node,
        @Nullable AttemptEnd end) {
    /** What ids of attempts start with. */
    public static final String PREFIX = "att";
}
