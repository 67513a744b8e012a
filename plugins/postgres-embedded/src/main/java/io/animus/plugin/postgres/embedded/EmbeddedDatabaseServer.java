package io.animus.plugin.postgres.embedded;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.database.DatabaseServer;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The database of a hub that was given none. Nothing runs until somebody asks for access, and its low ranking lets any
 * other {@link DatabaseServer} go first, so that it costs nothing beside an external one.
 */
@Component(
        service = {DatabaseServer.class, Plugin.class},
        // A delayed one would end, and the database with it, whenever the kernel is updated, which is all that uses it.
        immediate = true,
        configurationPid = "io.animus.plugin.postgres.embedded",
        property = "service.ranking:Integer=-1000")
@Designate(ocd = EmbeddedDatabaseServer.Config.class)
public final class EmbeddedDatabaseServer implements DatabaseServer, Plugin {
    private static final PluginDescriptor DESCRIPTOR = new PluginDescriptor("database", "postgres-embedded", "default");

    /** How the server is run. */
    @ObjectClassDefinition(name = "Embedded PostgreSQL")
    public @interface Config {
        @AttributeDefinition(
                description = "Where programs and data are kept; empty for postgres in Karaf's data directory")
        String directory() default "";

        @AttributeDefinition(description = "Port on 127.0.0.1; 0 for any free one", min = "0", max = "65535")
        int port() default EmbeddedPostgres.ANY_PORT;

        @AttributeDefinition(description = "User that the server runs as when the hub is root")
        String run__as() default "nobody";

        @AttributeDefinition(description = "How long a start with crash recovery may take, in seconds", min = "1")
        int start__timeout__s() default 120;
    }

    private final EmbeddedPostgres postgres;

    @Activate
    public EmbeddedDatabaseServer(BundleContext bundle, Config config) {
        this(new EmbeddedPostgres(
                directory(bundle, config.directory()),
                config.run__as(),
                config.port(),
                Duration.ofSeconds(config.start__timeout__s())));
    }

    EmbeddedDatabaseServer(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    @Deactivate
    public void close() {
        postgres.close();
    }

    @Override
    public DatabaseAccess access() {
        return postgres.start();
    }

    @Override
    public PluginDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public PluginHealth health() {
        var trouble = postgres.trouble();
        return trouble.isEmpty() ? PluginHealth.OK : PluginHealth.down(trouble);
    }

    private static Path directory(BundleContext bundle, String configured) {
        return configured.isEmpty()
                ? Path.of(Objects.requireNonNullElse(bundle.getProperty("karaf.data"), "data"), "postgres")
                : Path.of(configured);
    }
}
