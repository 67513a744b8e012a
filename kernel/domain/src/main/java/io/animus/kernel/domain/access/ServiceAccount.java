package io.animus.kernel.domain.access;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A program that acts under its own name, with API keys. */
public record ServiceAccount(
        TypeId id, Name name, @Nullable String description, Set<SystemRole> systemRoles, Made made) {
    /** What ids of service accounts start with. */
    public static final String PREFIX = "sa";

    public ServiceAccount {
        systemRoles = Set.copyOf(systemRoles);
    }

    /** As whom it acts. */
    public Principal principal() {
        return new Principal(Principal.Kind.SERVICE_ACCOUNT, id.value());
    }
}
