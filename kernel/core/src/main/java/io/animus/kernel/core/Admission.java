package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.FORBIDDEN;

import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Guarded;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.store.postgres.AccessRepository.ProjectAccess;
import io.animus.kernel.store.postgres.Transaction;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Lets a caller to something of a project, or refuses: what it may not see as if it weren't there. */
sealed interface Admission<O> {
    /** What the caller wants to do. */
    Permission permission();

    /** @throws RefusedException {@code NOT_FOUND} or {@code FORBIDDEN} */
    O admit(Transaction tx, Caller caller, ProjectAccess access);

    /** To whoever has the right in the whole project. */
    record ToProject(Permission permission) implements Admission<Project> {
        @Override
        public Project admit(Transaction tx, Caller caller, ProjectAccess access) {
            if (permission.isGranted(access.rights().roles(), caller.systemRoles())) {
                return access.project();
            }
            throw refusal(caller, access, permission);
        }
    }

    /**
     * To whoever has the right on one object, be it by a role on it or by one in the project.
     *
     * @param type in the words of audit
     */
    record ToObject<O extends Guarded>(
            Permission permission, String type, BiFunction<Transaction, Project, Optional<O>> find)
            implements Admission<O> {
        @Override
        public O admit(Transaction tx, Caller caller, ProjectAccess access) {
            var rights = access.rights();
            if (rights.onObjects().isEmpty()) {
                // Nothing that is found could help whoever has not the right in the project.
                new ToProject(permission).admit(tx, caller, access);
            }
            var object = find.apply(tx, access.project());
            var held = object.map(rights::on).orElse(Set.of());
            if (object.isPresent() && permission.isGranted(held, Set.of())) {
                return object.get();
            }
            if (Permission.READ.isGranted(held, Set.of())) {
                throw forbidden(permission, held);
            }
            throw rights.isMember() ? RefusedException.notFound(type) : refusal(caller, access, permission);
        }
    }

    static RefusedException forbidden(Permission permission, Set<Role> held) {
        return RefusedException.of(
                FORBIDDEN,
                "None of your roles %s allows this; it takes one of %s."
                        .formatted(held.stream().map(Role::word).sorted().toList(), permission.words()));
    }

    private static RefusedException refusal(Caller caller, ProjectAccess access, Permission permission) {
        var roles = access.rights().roles();
        // Who has no business in a project learns nothing of it, not even that it exists.
        return Permission.READ_PROJECT.isGranted(roles, caller.systemRoles())
                ? forbidden(permission, roles)
                : RefusedException.notFound("project");
    }
}
