package io.animus.kernel.domain.data;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.access.Guarded;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A series of immutable versions of some data.
 *
 * @param name unique in the project
 * @param version of this record, which only its access policy changes
 * @param latestVersion the highest number of a version; null while there is none
 */
public record Dataset(
        TypeId id,
        TypeId project,
        Name name,
        @Nullable String description,
        List<String> tags,
        Access access,
        @Nullable Integer latestVersion,
        Made made,
        long version)
        implements Guarded {
    /** What ids of datasets start with. */
    public static final String PREFIX = "ds";

    /** Which roles count for a dataset. */
    public enum Access {
        /** Those in the project, and those on the dataset. */
        PROJECT,
        /** Those on the dataset, and those of the project's owners and auditors. */
        RESTRICTED;

        /** As tables and the API write it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws IllegalArgumentException if no policy has this word */
        public static Access of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    public Dataset {
        tags = List.copyOf(tags);
    }

    /** This, open to others. */
    public Dataset with(Access next) {
        return new Dataset(id, project, name, description, tags, next, latestVersion, made, version + 1);
    }

    @Override
    public boolean isRestricted() {
        return access == Access.RESTRICTED;
    }
}
