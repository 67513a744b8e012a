package io.animus.kernel.core;

import io.animus.api.types.TypeId;
import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.SystemRole;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for what, and how the request came in.
 *
 * @param name what people call the principal
 * @param key the API key that let it in; null for whoever has none
 * @param operation the name of the operation in {@code openapi.yaml}
 */
public record Caller(
        Principal principal,
        String name,
        Set<SystemRole> systemRoles,
        @Nullable TypeId key,
        String operation,
        RequestContext request) {
    public Caller {
        systemRoles = Set.copyOf(systemRoles);
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
