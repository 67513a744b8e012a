package io.animus.kernel.domain.data;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Content on its way to become a dataset version.
 *
 * @param store the object store that takes the content, as {@code technology.instance}; null for the first there is
 * @param datasetVersion what it became; null until then
 * @param expires from then on it can't become anything
 */
public record Upload(
        TypeId id,
        TypeId project,
        TypeId dataset,
        Content content,
        @Nullable String store,
        @Nullable TypeId datasetVersion,
        Instant expires,
        Made made) {
    /** What ids of uploads start with. */
    public static final String PREFIX = "upl";

    /** Whether the content may still be put, became a version, or came too late. */
    public enum State {
        OPEN,
        COMPLETED,
        EXPIRED;

        /** As the API writes it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public State state(Instant now) {
        if (datasetVersion != null) {
            return State.COMPLETED;
        }
        return now.isBefore(expires) ? State.OPEN : State.EXPIRED;
    }
}
