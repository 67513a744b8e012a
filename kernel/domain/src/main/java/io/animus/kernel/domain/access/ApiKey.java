package io.animus.kernel.domain.access;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A secret that lets a service account in, as it is known after it was shown: without the secret.
 *
 * @param expires not valid from this moment on
 * @param lastUsed to the minute; null if never
 * @param revoked null if not
 * @param version counts changes, for entity tags
 */
public record ApiKey(
        TypeId id,
        TypeId serviceAccount,
        @Nullable String description,
        Made made,
        Instant expires,
        @Nullable Instant lastUsed,
        @Nullable Instant revoked,
        long version) {
    /** What ids of API keys start with. */
    public static final String PREFIX = "key";

    /** The key once it lets nobody in any more, for ever. */
    public ApiKey revoked(Instant now) {
        return new ApiKey(id, serviceAccount, description, made, expires, lastUsed, now, version + 1);
    }

    /** Whether it lets anybody in at {@code now}. */
    public boolean isValid(Instant now) {
        return revoked == null && now.isBefore(expires);
    }
}
