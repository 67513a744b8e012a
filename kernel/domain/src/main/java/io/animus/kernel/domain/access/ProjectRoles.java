package io.animus.kernel.domain.access;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import java.util.Set;

/** What somebody is in one project: at least one role. */
public record ProjectRoles(TypeId project, Name name, Set<Role> roles) {
    public ProjectRoles {
        roles = Set.copyOf(roles);
    }
}
