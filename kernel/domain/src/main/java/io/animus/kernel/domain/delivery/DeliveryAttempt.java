package io.animus.kernel.domain.delivery;

import io.animus.api.types.TypeId;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a delivery, as it went.
 *
 * @param number counts the attempts of the delivery, from 1
 * @param status what the receiver answered, an HTTP status for example; 0 if nothing
 * @param reason what went wrong; null if nothing
 */
public record DeliveryAttempt(
        TypeId delivery,
        int number,
        Instant started,
        Duration took,
        Outcome outcome,
        int status,
        @Nullable String reason) {
    /** The most attempts that one delivery ever has, replays and all. */
    public static final int MOST = 100;

    /** How it went. */
    public enum Outcome {
        DELIVERED,
        POSTPONED,
        REFUSED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Outcome of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }
}
