package io.animus.kernel.core;

import io.animus.kernel.domain.access.ApiKey;
import io.animus.kernel.domain.access.ProjectRoles;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Says who the caller is and what it may do. Safe for many threads. */
@Component(service = Me.class)
public final class Me {
    private static final int MOST_PROJECTS = 500;

    private final Gate gate;

    @Activate
    public Me(@Reference(name = "gate") Gate gate) {
        this.gate = gate;
    }

    /**
     * The caller as the hub knows it; its name and system roles are those of the {@link Caller}.
     *
     * @param key of this request; null for who came in without one
     * @param projectRoles the first 500 projects by id in which the caller has a role
     */
    public record Standing(Caller caller, @Nullable ApiKey key, List<ProjectRoles> projectRoles) {
        public Standing {
            projectRoles = List.copyOf(projectRoles);
        }
    }

    public Standing find(Caller caller) {
        var target = Target.inHub("principal", caller.principal().id());
        return gate.readOwn(caller, target, tx -> {
            var key = caller.key();
            return new Standing(
                    caller,
                    key == null ? null : tx.apiKeys().find(key).orElse(null),
                    tx.access().projectRoles(caller.principal(), MOST_PROJECTS));
        });
    }
}
