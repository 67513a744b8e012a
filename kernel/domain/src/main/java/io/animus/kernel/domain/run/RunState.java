package io.animus.kernel.domain.run;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Where a run is on its way. The only changes that exist are those of {@link #mayBecome}. */
public enum RunState {
    QUEUED,
    DISPATCHING,
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELED,
    /** Contact with the executor was lost. */
    UNKNOWN,
    /** The executor answers again, and is being asked. */
    RECONCILING;

    /** The states in which a run holds a place of its project's quota. */
    public static final Set<RunState> ACTIVE = EnumSet.of(DISPATCHING, RUNNING, UNKNOWN, RECONCILING);

    /** Whether a run in this state may go to {@code next}. */
    public boolean mayBecome(RunState next) {
        return switch (this) {
            case QUEUED -> next == DISPATCHING || next == CANCELED || next == FAILED;
            case DISPATCHING -> next != DISPATCHING && next != RECONCILING;
            case RUNNING -> next != RUNNING && next != DISPATCHING && next != RECONCILING;
            case UNKNOWN -> next == RECONCILING || next == FAILED;
            case RECONCILING -> next != RECONCILING && next != DISPATCHING;
            case SUCCEEDED, FAILED, CANCELED -> false;
        };
    }

    /** Whether it never changes again. */
    public boolean isFinal() {
        return this == SUCCEEDED || this == FAILED || this == CANCELED;
    }

    /** As tables and the API write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no state has this word */
    public static RunState of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
