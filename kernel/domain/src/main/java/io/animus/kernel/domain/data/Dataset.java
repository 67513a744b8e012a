package io.animus.kernel.domain.data;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A series of immutable versions of some data.
 *
 * @param name unique in the project
 * @param latestVersion the highest number of a version; null while there is none
 */
public record Dataset(
        TypeId id,
        TypeId project,
        Name name,
        @Nullable String description,
        List<String> tags,
        @Nullable Integer latestVersion,
        Made made) {
    /** What ids of datasets start with. */
    public static final String PREFIX = "ds";

    public Dataset {
        tags = List.copyOf(tags);
    }
}
