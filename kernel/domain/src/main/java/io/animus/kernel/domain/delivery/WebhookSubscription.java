package io.animus.kernel.domain.delivery;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import java.net.URI;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Somebody's wish to be told what happens in a project.
 *
 * @param pausedReason why it is paused, if the hub paused it; null otherwise
 * @param version counts the changes, from 1
 */
public record WebhookSubscription(
        TypeId id,
        TypeId project,
        Wish wish,
        Status status,
        @Nullable String pausedReason,
        Made made,
        Instant updated,
        long version) {
    public static final String PREFIX = "whk";

    /** Whether it is told anything. */
    public enum Status {
        ACTIVE,
        /** What happens meanwhile is not kept for it. */
        PAUSED,
        DELETED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Status of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * What is to be told to whom.
     *
     * @param url http or https
     * @param events at least one
     * @param secret name of the secret to sign with, never the secret; null to sign so that the receiver needs none
     */
    public record Wish(URI url, Set<EventType> events, @Nullable String secret, @Nullable String description) {
        public Wish {
            if (events.isEmpty()) {
                throw new IllegalArgumentException("a webhook is told of something");
            }
            events = Set.copyOf(events);
        }
    }

    /** The next version of this. */
    public WebhookSubscription with(Wish wanted, Status next, @Nullable String why, Instant now) {
        return new WebhookSubscription(id, project, wanted, next, why, made, now, version + 1);
    }
}
