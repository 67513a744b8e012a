package io.animus.kernel.domain.access;

import static java.util.stream.Collectors.toUnmodifiableMap;

import io.animus.api.types.TypeId;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * What somebody is in one project. The strongest role counts, and a role on one object says nothing about another.
 *
 * @param roles in the whole project
 * @param onObjects roles on single datasets and models, by their ids
 * @param hasRestricted whether the project has a restricted dataset at all
 */
public record Rights(Set<Role> roles, Map<TypeId, Set<Role>> onObjects, boolean hasRestricted) {
    /** The most objects of a project on which one subject has a role of its own: they are read with every request. */
    public static final int MAX_OBJECTS = 100;

    /** Those whose roles in the project count in a restricted dataset too. */
    private static final Set<Role> EVERYWHERE = Set.of(Role.OWNER, Role.AUDITOR);

    public Rights {
        roles = Set.copyOf(roles);
        onObjects = onObjects.entrySet().stream()
                .collect(toUnmodifiableMap(Map.Entry::getKey, held -> Set.copyOf(held.getValue())));
    }

    /** Whether it sees the project: a role on an object alone doesn't show what is around it. */
    public boolean isMember() {
        return Permission.READ.isGranted(roles, Set.of());
    }

    /** The roles that count for an object. */
    public Set<Role> on(Guarded object) {
        var held = EnumSet.noneOf(Role.class);
        held.addAll(roles);
        if (object.isRestricted()) {
            held.retainAll(EVERYWHERE);
        }
        held.addAll(onObjects.getOrDefault(object.id(), Set.of()));
        return held;
    }

    /** Whether it is this to somebody on this very object, whatever it may be in the project. */
    public boolean isGrantedOn(TypeId object, Permission permission) {
        return permission.isGranted(onObjects.getOrDefault(object, Set.of()), Set.of());
    }

    /** As far as a member of the project may do this with what restricted datasets guard. */
    public Reach reach(Permission permission) {
        var everywhere = EnumSet.noneOf(Role.class);
        everywhere.addAll(roles);
        everywhere.retainAll(EVERYWHERE);
        if (!hasRestricted || permission.isGranted(everywhere, Set.of())) {
            return Reach.ALL;
        }
        return new Reach(
                false,
                onObjects.keySet().stream()
                        .filter(object -> isGrantedOn(object, permission))
                        .toList());
    }
}
