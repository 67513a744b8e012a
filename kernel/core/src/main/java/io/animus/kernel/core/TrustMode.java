package io.animus.kernel.core;

import io.animus.kernel.trust.Mode;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** How strict this hub is about who made a plugin, when one comes and at every start. */
@Component(service = TrustMode.class, configurationPid = "io.animus.plugins.trust")
@Designate(ocd = TrustMode.Config.class)
public final class TrustMode {
    private final Mode mode;

    /** Whose plugins are let in. */
    @ObjectClassDefinition(name = "Trust in plugins")
    public @interface Config {
        @AttributeDefinition(description = "enforce, warn or off")
        String mode() default "enforce";
    }

    @Activate
    public TrustMode(Config config) {
        mode = Mode.of(config.mode());
    }

    Mode mode() {
        return mode;
    }
}
