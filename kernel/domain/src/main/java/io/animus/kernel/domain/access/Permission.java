package io.animus.kernel.domain.access;

import static io.animus.kernel.domain.access.Role.APPROVER;
import static io.animus.kernel.domain.access.Role.AUDITOR;
import static io.animus.kernel.domain.access.Role.DEVELOPER;
import static io.animus.kernel.domain.access.Role.MAINTAINER;
import static io.animus.kernel.domain.access.Role.OWNER;
import static io.animus.kernel.domain.access.SystemRole.PLATFORM_ADMIN;
import static io.animus.kernel.domain.access.SystemRole.SECURITY_OFFICER;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The matrix of who may do what. A test holds it against {@code x-animus-roles} in {@code openapi.yaml}, cell by cell.
 * Whoever is not named here is refused.
 */
public enum Permission {
    CREATE_PROJECT(none(), EnumSet.of(PLATFORM_ADMIN)),
    READ_PROJECT(everybody(), EnumSet.of(PLATFORM_ADMIN)),
    UPDATE_PROJECT(EnumSet.of(MAINTAINER, OWNER), EnumSet.of(PLATFORM_ADMIN)),
    /** Quotas and network classes: a project can't lift its own limits. */
    LIMIT_PROJECT(none(), EnumSet.of(PLATFORM_ADMIN)),
    ARCHIVE_PROJECT(EnumSet.of(OWNER), nobody()),
    BIND_ROLES(EnumSet.of(OWNER), nobody()),
    /** Metadata of everything in a project. */
    READ(everybody(), nobody()),
    /** Datasets, environments, runs, models and draft versions of them. */
    WRITE(EnumSet.of(DEVELOPER, MAINTAINER, OWNER), nobody()),
    /** Who of the project gets at a dataset. */
    SET_DATASET_ACCESS(EnumSet.of(MAINTAINER, OWNER), nobody()),
    /** The content itself, and runs that read it. */
    DOWNLOAD_DATASET(EnumSet.of(DEVELOPER, MAINTAINER, OWNER, AUDITOR), nobody()),
    /** Logs and artifacts, which show what the data held. */
    READ_RESULTS(EnumSet.of(DEVELOPER, MAINTAINER, APPROVER, OWNER, AUDITOR), nobody()),
    VALIDATE_MODEL(EnumSet.of(MAINTAINER, OWNER), nobody()),
    APPROVE_MODEL(EnumSet.of(APPROVER), nobody()),
    DEPRECATE_MODEL(EnumSet.of(MAINTAINER, APPROVER, OWNER), nobody()),
    READ_AUDIT(EnumSet.of(AUDITOR), EnumSet.of(SECURITY_OFFICER)),
    /** What the audit log is trusted by: its keys, its witnesses, the database that it belongs to. */
    CHANGE_TRUST_ROOTS(none(), EnumSet.of(SECURITY_OFFICER)),
    /** Personal data in it. */
    ERASE_AUDIT(none(), EnumSet.of(SECURITY_OFFICER)),
    /** Addresses of receivers, which may themselves be a secret, and what was sent to them. */
    READ_WEBHOOKS(EnumSet.of(MAINTAINER, OWNER, AUDITOR), nobody()),
    MANAGE_WEBHOOKS(EnumSet.of(MAINTAINER, OWNER), nobody()),
    READ_AUDIT_SINKS(none(), EnumSet.of(PLATFORM_ADMIN, SECURITY_OFFICER)),
    MANAGE_AUDIT_SINKS(none(), EnumSet.of(PLATFORM_ADMIN)),
    CREATE_SERVICE_ACCOUNT(none(), EnumSet.of(PLATFORM_ADMIN)),
    READ_SERVICE_ACCOUNTS(none(), EnumSet.of(PLATFORM_ADMIN, SECURITY_OFFICER)),
    REVOKE_API_KEY(none(), EnumSet.of(PLATFORM_ADMIN, SECURITY_OFFICER)),
    READ_COMPOSITION(EnumSet.of(AUDITOR), EnumSet.of(PLATFORM_ADMIN, SECURITY_OFFICER)),
    READ_PLUGINS(EnumSet.of(AUDITOR), EnumSet.of(PLATFORM_ADMIN, SECURITY_OFFICER)),
    MANAGE_PLUGINS(none(), EnumSet.of(PLATFORM_ADMIN)),
    /** How strict the hub is about who made a plugin: to ask for less, and to go back to the strictest at once. */
    PROPOSE_TRUST_MODE(none(), EnumSet.of(PLATFORM_ADMIN, SECURITY_OFFICER)),
    CONFIRM_TRUST_MODE(none(), EnumSet.of(SECURITY_OFFICER));

    private final Set<Role> roles;
    private final Set<SystemRole> systemRoles;

    Permission(Set<Role> roles, Set<SystemRole> systemRoles) {
        this.roles = roles;
        this.systemRoles = systemRoles;
    }

    /** Whether one of these roles carries the right. */
    public boolean isGranted(Set<Role> held, Set<SystemRole> heldInSystem) {
        return held.stream().anyMatch(roles::contains) || heldInSystem.stream().anyMatch(systemRoles::contains);
    }

    /** The project roles that carry the right. */
    public Set<Role> roles() {
        return Set.copyOf(roles);
    }

    /** The system roles that carry the right. */
    public Set<SystemRole> systemRoles() {
        return Set.copyOf(systemRoles);
    }

    /** All roles that carry the right, as the API writes them, in the order of their declaration. */
    public List<String> words() {
        return Stream.concat(
                        roles.stream().map(Role::word), systemRoles.stream().map(SystemRole::word))
                .toList();
    }

    private static Set<Role> everybody() {
        return EnumSet.allOf(Role.class);
    }

    private static Set<Role> none() {
        return EnumSet.noneOf(Role.class);
    }

    private static Set<SystemRole> nobody() {
        return EnumSet.noneOf(SystemRole.class);
    }
}
