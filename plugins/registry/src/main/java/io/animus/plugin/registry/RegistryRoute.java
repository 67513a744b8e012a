package io.animus.plugin.registry;

import io.animus.api.registry.ImageManifest;
import io.animus.api.types.ImageReference;
import java.util.function.Function;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;

/** A reference in, its manifest out, or nothing. */
final class RegistryRoute extends RouteBuilder {
    static final String START = "direct:manifest";

    private final Function<ImageReference, @Nullable ImageManifest> source;

    RegistryRoute(ManifestSource source) {
        this.source = source::find;
    }

    @Override
    public void configure() {
        errorHandler(noErrorHandler());
        from(START).routeId("manifest-of-reference").transform().body(ImageReference.class, source::apply);
    }
}
