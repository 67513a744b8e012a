package io.animus.kernel.rest;

import static org.osgi.service.component.annotations.ReferenceCardinality.OPTIONAL;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;
import static org.osgi.service.jakartars.whiteboard.JakartarsWhiteboardConstants.JAKARTA_RS_RESOURCE;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.jakartars.runtime.JakartarsServiceRuntime;

/**
 * Whether all of the API is served. Resources come one by one as what they need is there, and the whiteboard serves them a
 * moment after they came: until then a caller would be told that a path doesn't exist. Safe for many threads.
 */
@Component(service = ServedApi.class)
public final class ServedApi {
    private final Bundle bundle;
    private final ServiceComponentRuntime components;
    private volatile @Nullable JakartarsServiceRuntime whiteboard;

    @Activate
    public ServedApi(BundleContext context, @Reference(name = "components") ServiceComponentRuntime components) {
        this.bundle = context.getBundle();
        this.components = components;
    }

    @Reference(name = "whiteboard", cardinality = OPTIONAL, policy = DYNAMIC)
    void setWhiteboard(JakartarsServiceRuntime present) {
        whiteboard = present;
    }

    void unsetWhiteboard(JakartarsServiceRuntime gone) {
        if (whiteboard == gone) {
            whiteboard = null;
        }
    }

    /** Whether each resource of this bundle is there, and served. */
    public boolean isComplete() {
        var serving = whiteboard;
        if (serving == null) {
            return false;
        }
        var resources = components.getComponentDescriptionDTOs(bundle).stream()
                .filter(component -> isResource(component.properties.get(JAKARTA_RS_RESOURCE)))
                .count();
        var served = Stream.of(serving.getRuntimeDTO().defaultApplication.resourceDTOs)
                .map(resource -> resource.serviceId)
                .collect(Collectors.toSet());
        var services = bundle.getRegisteredServices();
        return services != null
                && Arrays.stream(services)
                                .filter(service -> isResource(service.getProperty(JAKARTA_RS_RESOURCE)))
                                .filter(service -> served.contains((Long) service.getProperty(Constants.SERVICE_ID)))
                                .count()
                        == resources;
    }

    private static boolean isResource(@Nullable Object property) {
        return property != null && Boolean.parseBoolean(property.toString());
    }
}
