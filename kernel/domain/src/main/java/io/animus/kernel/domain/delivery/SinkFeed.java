package io.animus.kernel.domain.delivery;

import io.animus.api.types.TypeId;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How far a sink has the audit log.
 *
 * @param name technology and instance of the plugin: {@code syslog.default}
 * @param cursor the highest leaf index up to which all is settled; -1 before the first
 * @param rewind from after which leaf index on a sink that doesn't acknowledge is fed again after a failure
 * @param reason why nothing is delivered, for the operator; null while it is
 * @param delivered when something was settled last; null before
 * @param version of the filter
 */
public record SinkFeed(
        TypeId id,
        String name,
        EntryFilter filter,
        long cursor,
        long rewind,
        State state,
        @Nullable String reason,
        Instant since,
        @Nullable Instant delivered,
        long version) {
    public static final String PREFIX = "snk";

    /** Whether entries flow. */
    public enum State {
        RUNNING,
        /** The receiver is away; the hub tries again by itself. */
        WAITING,
        /** The receiver lets the hub in no longer, or its settings are wrong: somebody must act. */
        HELD;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static State of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }
}
