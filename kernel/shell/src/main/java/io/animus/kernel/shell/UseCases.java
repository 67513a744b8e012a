package io.animus.kernel.shell;

import static org.osgi.service.component.annotations.ReferencePolicyOption.GREEDY;

import io.animus.kernel.core.AuditTrail;
import io.animus.kernel.core.Authentication;
import io.animus.kernel.core.Configurations;
import io.animus.kernel.core.Plugins;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What the commands need of the kernel, which is there while the database is. */
@Component(service = UseCases.class)
public final class UseCases {
    private final Authentication authentication;
    private final AuditTrail trail;
    private final Plugins plugins;
    private final Configurations configurations;

    @Activate
    public UseCases(
            @Reference(name = "authentication", policyOption = GREEDY) Authentication authentication,
            @Reference(name = "trail", policyOption = GREEDY) AuditTrail trail,
            @Reference(name = "plugins", policyOption = GREEDY) Plugins plugins,
            @Reference(name = "configurations", policyOption = GREEDY) Configurations configurations) {
        this.authentication = authentication;
        this.trail = trail;
        this.plugins = plugins;
        this.configurations = configurations;
    }

    Authentication authentication() {
        return authentication;
    }

    AuditTrail trail() {
        return trail;
    }

    Plugins plugins() {
        return plugins;
    }

    Configurations configurations() {
        return configurations;
    }
}
