package io.animus.kernel.domain.access;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import java.util.Map;
import java.util.Set;

/**
 * What somebody is in one project: at least one role.
 *
 * @param roles in the whole project
 * @param onObjects roles on single datasets and models, by their ids
 */
public record ProjectRoles(TypeId project, Name name, Set<Role> roles, Map<TypeId, Set<Role>> onObjects) {
    public ProjectRoles {
        roles = Set.copyOf(roles);
        onObjects = Map.copyOf(onObjects);
    }
}
