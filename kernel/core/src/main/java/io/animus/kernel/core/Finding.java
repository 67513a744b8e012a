package io.animus.kernel.core;

import io.animus.api.types.Digest;
import io.animus.kernel.trust.Mode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plugin that should start on this node, and that the strictest mode of trust would not let start.
 *
 * @param plugin symbolic name
 * @param version empty if that can't be known
 * @param digest of its package, or of its jar if it came in none; null if that can't be known
 * @param reasons why not, for people
 * @param letInBy the mode in which it starts all the same; null if it was kept from starting
 */
public record Finding(
        String plugin, String version, @Nullable Digest digest, List<String> reasons, @Nullable Mode letInBy) {
    public Finding {
        reasons = List.copyOf(reasons);
    }

    boolean isRefusal() {
        return letInBy == null;
    }

    /** All reasons in one. */
    public String reason() {
        return String.join(" ", reasons);
    }
}
