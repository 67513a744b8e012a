package io.animus.plugin.storage.filesystem;

import io.animus.api.storage.ObjectKey;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import org.apache.camel.builder.RouteBuilder;

/**
 * The store's operations. The bytes of an object are no message: they go from socket to file inside one step, because a
 * message body would be cached, converted or buffered on its way through a route.
 */
final class ObjectRoutes extends RouteBuilder {
    static final String PUT = "direct:object-put";
    static final String OPEN = "direct:object-open";
    static final String DELETE = "direct:object-delete";

    private final ObjectDirectory objects;

    /** What the route behind {@link #PUT} takes. */
    record Upload(ObjectKey key, long size, InputStream content) {}

    ObjectRoutes(ObjectDirectory objects) {
        this.objects = objects;
    }

    @Override
    public void configure() {
        errorHandler(noErrorHandler());
        from(PUT).routeId("object-put").streamCache("false").transform().body(Upload.class, this::put);
        from(OPEN).routeId("object-open").streamCache("false").transform().body(ObjectKey.class, this::open);
        from(DELETE).routeId("object-delete").transform().body(ObjectKey.class, objects::delete);
    }

    private ObjectKey put(Upload upload) {
        try {
            objects.put(upload.key(), upload.size(), upload.content());
            return upload.key();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private InputStream open(ObjectKey key) {
        return objects.channel(key)
                .map(Channels::newInputStream)
                .orElseThrow(() -> new ExternalSystemException(Reason.REJECTED, "there is no object " + key.digest()));
    }
}
