package io.animus.kernel.domain.run;

import io.animus.api.types.Digest;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One execution: what was frozen when it was created, and how it goes.
 *
 * @param spec canonical form of the {@link RunSpec}; empty where it was not read, as in lists
 * @param composition the plugins that were installed when the run was created
 */
public record Run(
        TypeId id,
        TypeId project,
        RunKind kind,
        byte[] spec,
        Digest specDigest,
        Digest composition,
        Labels labels,
        Made made,
        RunProgress progress) {
    /** What ids of runs start with. */
    public static final String PREFIX = "run";

    /**
     * What doesn't influence the result.
     *
     * @param requestedRef the branch or tag that the commit was resolved from; null if a commit was given
     * @param rerunOf the run that this one repeats; null for an original
     */
    public record Labels(
            @Nullable Name experiment, List<String> tags, @Nullable String requestedRef, @Nullable TypeId rerunOf) {
        public Labels {
            tags = List.copyOf(tags);
        }
    }
}
