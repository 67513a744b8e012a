package io.animus.kernel.domain.model;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.access.Guarded;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What versions of one model are gathered under.
 *
 * @param latestVersion number of the newest version; null while there is none
 */
public record Model(
        TypeId id,
        TypeId project,
        Name name,
        @Nullable String description,
        List<String> tags,
        @Nullable Integer latestVersion,
        Made made)
        implements Guarded {
    /** What ids of models start with. */
    public static final String PREFIX = "mdl";

    public Model {
        tags = List.copyOf(tags);
    }

    @Override
    public boolean isRestricted() {
        return false;
    }
}
