package io.animus.kernel.core;

import io.animus.kernel.core.PluginRuntime.Decision;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What keeps its last decision together with what was decided, in one write, until that is known to be in the audit log. Safe for
 * many threads.
 */
public interface Decisions {
    /** What was decided last, if nobody has seen yet that it is in the log. */
    Optional<Decision> unrecorded();

    /**
     * Says what of a decision isn't known to be in the log.
     *
     * @param unrecorded null if all is
     */
    void remember(@Nullable Decision unrecorded);
}
