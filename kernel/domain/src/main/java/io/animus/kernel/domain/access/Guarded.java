package io.animus.kernel.domain.access;

import io.animus.api.types.TypeId;

/** Something of a project on which somebody can have a role of its own. */
public interface Guarded {
    TypeId id();

    /** Whether roles in the project, those of owners and auditors apart, don't count for it. */
    boolean isRestricted();
}
