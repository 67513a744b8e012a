package io.animus.kernel.domain.delivery;

import io.animus.api.types.TypeId;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An event on its way to a webhook.
 *
 * @param attempts how many were made, at most {@link DeliveryAttempt#MOST}
 * @param tries those since it was made or replayed
 * @param due when the next attempt is made, if it is pending
 * @param finished when it was delivered or given up; null while it is pending
 */
public record Delivery(
        TypeId id,
        TypeId project,
        TypeId subscription,
        Event event,
        Instant created,
        State state,
        int attempts,
        int tries,
        Instant due,
        @Nullable Instant finished) {
    public static final String PREFIX = "dlv";

    /** What happened. */
    public record Event(TypeId id, String type, String subject, Instant time) {}

    /** What became of it. */
    public enum State {
        PENDING,
        DELIVERED,
        /** A dead letter: refused for good, or given up. */
        DEAD;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static State of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /** This, after an attempt that settles it. */
    public Delivery finished(State end, Instant now) {
        return new Delivery(id, project, subscription, event, created, end, attempts + 1, tries + 1, now, now);
    }

    /** This, after an attempt that doesn't. */
    public Delivery postponed(Instant next) {
        return new Delivery(
                id, project, subscription, event, created, State.PENDING, attempts + 1, tries + 1, next, null);
    }

    /** This, from the start. */
    public Delivery again(Instant now) {
        return new Delivery(id, project, subscription, event, created, State.PENDING, attempts, 0, now, null);
    }
}
