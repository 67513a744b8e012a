package io.animus.kernel.store.postgres;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.database.DatabaseServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** A PostgreSQL server that somebody else runs. Where it is configured, it goes before every plugin. */
@Component(
        service = DatabaseServer.class,
        configurationPid = ConfiguredDatabase.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = "service.ranking:Integer=1000")
@Designate(ocd = ConfiguredDatabase.Config.class)
public final class ConfiguredDatabase implements DatabaseServer {
    /** The configuration that replaces the embedded database. */
    public static final String PID = "io.animus.database";

    /** Where the server is and who the hub is there. */
    @ObjectClassDefinition(name = "External database")
    public @interface Config {
        @AttributeDefinition(
                description = "jdbc:postgresql://host:port/database?sslmode=verify-full …, without credentials")
        String url();

        @AttributeDefinition(description = "Role that owns the tables; used for migrations alone")
        String owner__user() default "animus_owner";

        @AttributeDefinition(description = "File that holds the owner's password")
        String owner__password__file();

        @AttributeDefinition(description = "Role that the hub works with; owns nothing")
        String user() default "animus_hub";

        @AttributeDefinition(description = "File that holds the password of that role")
        String password__file();
    }

    private final Config config;

    @Activate
    public ConfiguredDatabase(Config config) {
        if (!config.url().startsWith("jdbc:postgresql:") || config.url().contains("password=")) {
            throw new IllegalArgumentException(
                    "url in etc/" + PID + ".cfg must be jdbc:postgresql://… and carry no password");
        }
        this.config = config;
    }

    /** Reads the passwords anew each time, so that one that was changed is followed without a restart. */
    @Override
    public DatabaseAccess access() {
        return new DatabaseAccess(
                config.url(),
                new DatabaseAccess.Credentials(config.owner__user(), password(config.owner__password__file())),
                new DatabaseAccess.Credentials(config.user(), password(config.password__file())));
    }

    private static String password(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the password file " + file + " named in etc/" + PID + ".cfg", e);
        }
    }
}
