package io.animus.kernel.domain.environment;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import org.jspecify.annotations.Nullable;

/**
 * What code runs in; what it says is in its immutable versions.
 *
 * @param name unique in the project
 * @param latestVersion the highest number of a version; null while there is none
 */
public record Environment(
        TypeId id,
        TypeId project,
        Name name,
        @Nullable String description,
        @Nullable Integer latestVersion,
        Made made) {
    /** What ids of environments start with. */
    public static final String PREFIX = "env";
}
