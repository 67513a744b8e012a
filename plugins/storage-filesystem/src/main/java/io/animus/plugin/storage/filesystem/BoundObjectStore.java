package io.animus.plugin.storage.filesystem;

import io.animus.api.plugin.Plugin;
import io.animus.api.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** A directory beside the default one, for the projects that are bound to it and no others. */
@Component(
        service = {ObjectStore.class, Plugin.class, FilesystemObjectStore.class},
        configurationPid = "io.animus.plugin.storage.filesystem.bound",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = ObjectStore.BOUND_ONLY + ":Boolean=true")
@Designate(ocd = BoundObjectStore.Config.class, factory = true)
public final class BoundObjectStore extends FilesystemObjectStore {

    /** Where the objects of bound projects are kept and how they are reached. */
    @ObjectClassDefinition(name = "Filesystem object store for bound projects")
    public @interface Config {
        @AttributeDefinition(description = "Name of this instance: 1 to 63 of a-z 0-9 -, but not default")
        String instance() default "";

        @AttributeDefinition(description = "Where objects are kept: a directory of its own")
        String directory() default "";

        @AttributeDefinition(description = "Base of signed URLs: the hub as clients and containers reach it")
        String public__url() default "http://127.0.0.1:8181";

        @AttributeDefinition(description = "What uploads leave free in the file system, in MiB", min = "0")
        long free__floor__mib() default 256;
    }

    @Activate
    public BoundObjectStore(BundleContext bundle, Config config) throws IOException {
        super(
                bundle,
                instance(config.instance()),
                directory(config.directory()),
                config.free__floor__mib(),
                config.public__url());
    }

    @Deactivate
    @Override
    public void close() {
        super.close();
    }

    private static String instance(String configured) {
        if (configured.isEmpty() || configured.equals(DEFAULT)) {
            throw new IllegalArgumentException("instance is '" + configured + "': give this store a name of its own; "
                    + DEFAULT + " is the one for projects that are bound to none");
        }
        return configured;
    }

    private static Path directory(String configured) {
        if (configured.isEmpty()) {
            throw new IllegalArgumentException("directory is empty: say where the objects of this store are kept");
        }
        return Path.of(configured);
    }
}
