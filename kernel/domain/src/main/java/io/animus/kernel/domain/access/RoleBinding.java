package io.animus.kernel.domain.access;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;

/** Gives a subject a role in a project. Never changed, only made and removed; at least one owner remains. */
public record RoleBinding(TypeId id, TypeId project, Principal subject, Role role, Made made) {
    /** What ids of role bindings start with. */
    public static final String PREFIX = "rb";

    /** What entity tags of role bindings are made of. */
    public static final long VERSION = 1;
}
