package __package__;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.database.DatabaseAccess.Credentials;
import io.animus.api.database.DatabaseServer;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** A PostgreSQL that somebody else runs. There is one for a hub, so this has one instance. */
@Component(
        service = {DatabaseServer.class, Plugin.class},
        configurationPid = "__package__",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = __Technology__DatabaseServer.Config.class)
public final class __Technology__DatabaseServer implements DatabaseServer, Plugin {

    /** How to reach it. In a key, DS reads two underscores as one and one as a dot. */
    @ObjectClassDefinition(name = "__Technology__", description = "A database at __technology__")
    public @interface Config {
        @AttributeDefinition(description = "Name of this instance: 1 to 63 of a-z 0-9 -")
        String instance() default "default";

        @AttributeDefinition(description = "jdbc:postgresql://…, without credentials")
        String url();

        @AttributeDefinition(description = "Role that owns the tables")
        String owner() default "animus_owner";

        @AttributeDefinition(description = "File with its password")
        String owner__password__file();

        @AttributeDefinition(description = "Role that the hub works with")
        String runtime() default "animus_runtime";

        @AttributeDefinition(description = "File with its password")
        String runtime__password__file();
    }

    /** A role, and the file with its password. */
    record Role(String name, Path passwordFile) {
        /** With the password as the file says it now. */
        Credentials credentials() {
            try {
                return new Credentials(name, Files.readString(passwordFile).strip());
            } catch (IOException e) {
                throw new IllegalStateException("can't read the file with the password of " + name, e);
            }
        }
    }

    private final PluginDescriptor descriptor;
    private final String url;
    private final Role owner;
    private final Role runtime;

    @Activate
    public __Technology__DatabaseServer(Config config) {
        this(
                config.instance(),
                config.url(),
                new Role(config.owner(), Path.of(config.owner__password__file())),
                new Role(config.runtime(), Path.of(config.runtime__password__file())));
    }

    /** For tests too. */
    __Technology__DatabaseServer(String instance, String url, Role owner, Role runtime) {
        this.descriptor = new PluginDescriptor("database", "__technology__", instance);
        this.url = url;
        this.owner = owner;
        this.runtime = runtime;
    }

    @Override
    public PluginDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public PluginHealth health() {
        return Files.isReadable(owner.passwordFile()) && Files.isReadable(runtime.passwordFile())
                ? PluginHealth.OK
                : PluginHealth.down("the files with the passwords can't be read: make them the hub's");
    }

    @Override
    public DatabaseAccess access() {
        return new DatabaseAccess(url, owner.credentials(), runtime.credentials());
    }
}
