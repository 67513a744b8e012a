package io.animus.kernel.domain.delivery;

import io.animus.api.types.TypeId;
import java.util.Set;

/**
 * Which entries of the audit log a sink wants.
 *
 * @param projects whose events; empty for all, those of no project among them
 * @param actions what must have been done, {@code run.created} …; empty for anything
 */
public record EntryFilter(Set<TypeId> projects, Set<String> actions) {
    /** Everything. */
    public static final EntryFilter NONE = new EntryFilter(Set.of(), Set.of());

    public EntryFilter {
        projects = Set.copyOf(projects);
        actions = Set.copyOf(actions);
    }
}
