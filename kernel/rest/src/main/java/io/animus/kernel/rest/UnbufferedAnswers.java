package io.animus.kernel.rest;

import jakarta.ws.rs.core.Feature;
import jakarta.ws.rs.core.FeatureContext;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsExtension;

/**
 * Lets bytes go out when they are written. Jersey would hold back the first 8 KiB to count them, and with them the first
 * events of a stream; answers that are not streams say their length themselves.
 */
@Component(service = Feature.class, scope = ServiceScope.PROTOTYPE)
@JakartarsExtension
public final class UnbufferedAnswers implements Feature {

    @Override
    public boolean configure(FeatureContext context) {
        context.property("jersey.config.contentLength.buffer", 0);
        return true;
    }
}
