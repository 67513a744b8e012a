package io.animus.kernel.core;

import io.animus.api.types.TypeId;
import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.store.postgres.AccessRepository.ProjectAccess;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for what, and how the request came in.
 *
 * @param name what people call the principal
 * @param key the API key that let it in; null for whoever has none
 * @param operation the name of the operation in {@code openapi.yaml}
 * @param standing what it is in the project that it asks about, seen when it was let in; null if nobody looked
 */
public record Caller(
        Principal principal,
        String name,
        Set<SystemRole> systemRoles,
        @Nullable TypeId key,
        String operation,
        RequestContext request,
        @Nullable Standing standing) {
    public Caller {
        systemRoles = Set.copyOf(systemRoles);
    }

    public Caller(
            Principal principal,
            String name,
            Set<SystemRole> systemRoles,
            @Nullable TypeId key,
            String operation,
            RequestContext request) {
        this(principal, name, systemRoles, key, operation, request, null);
    }

    /**
     * What somebody is in a project at a moment.
     *
     * @param ref id or name of the project, as it was asked for
     */
    record Standing(String ref, ProjectAccess access, Instant at) {
        /** How old one may be that something is read by; what changes anything looks again. */
        private static final Duration FRESH = Duration.ofSeconds(1);

        boolean holds(String wanted, Instant now) {
            return ref.equals(wanted) && isFresh(at, now);
        }

        /** Whether what was seen then may still be gone by; not so if the clock was set back. */
        static boolean isFresh(Instant at, Instant now) {
            return !now.isBefore(at) && now.isBefore(at.plus(FRESH));
        }
    }

    /** The same, who is looked up again where it matters what is in the database now. */
    Caller afresh() {
        return new Caller(principal, name, systemRoles, key, operation, request);
    }

    /** Somebody who has not shown who it is. */
    public static Caller anonymous(String operation, RequestContext request) {
        return new Caller(Principal.ANONYMOUS, "anonymous", Set.of(), null, operation, request);
    }

    /** The hub, where it does something on its own. */
    public static Caller hub(String operation) {
        return new Caller(Principal.HUB, "hub", Set.of(), null, operation, RequestContext.NONE);
    }
}
