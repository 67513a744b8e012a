package io.animus.kernel.domain.access;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives a subject a role in a project, or on one object of it. Never changed, only made and removed; at least one owner
 * remains.
 *
 * @param object a dataset or model; null for the whole project
 */
public record RoleBinding(TypeId id, TypeId project, Principal subject, Role role, @Nullable TypeId object, Made made) {
    /** What ids of role bindings start with. */
    public static final String PREFIX = "rb";

    /** What entity tags of role bindings are made of. */
    public static final long VERSION = 1;

    /** What can't be had on one object: who owns or audits does so in all of the project. */
    public static final Set<Role> OF_PROJECTS = Set.of(Role.OWNER, Role.AUDITOR);

    public RoleBinding {
        if (object != null && OF_PROJECTS.contains(role)) {
            throw new IllegalArgumentException(role + " is a role in a whole project");
        }
    }
}
