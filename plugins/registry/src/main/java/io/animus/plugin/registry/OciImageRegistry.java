package io.animus.plugin.registry;

import io.animus.api.plugin.Logins;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.plugin.PluginRoutes;
import io.animus.api.plugin.TrustedAuthorities;
import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.ImageReference;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Asks any registry that speaks the OCI distribution protocol, and only those that are configured. What comes back is
 * hashed here: neither a tag nor a header is taken for a digest.
 */
@Component(
        service = {ImageRegistry.class, Plugin.class},
        configurationPid = "io.animus.plugin.registry",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = OciImageRegistry.Config.class, factory = true)
public final class OciImageRegistry implements ImageRegistry, Plugin {

    /** The configuration of one instance. In a key, DS reads two underscores as one and one as a dot. */
    @ObjectClassDefinition(name = "OCI registry", description = "Container images from OCI registries")
    public @interface Config {
        @AttributeDefinition(description = "Name of this instance: 1 to 63 of a-z 0-9 -")
        String instance() default "default";

        @AttributeDefinition(description = "host[:port] of the registries that are served; no other is asked")
        String[] hosts() default {};

        @AttributeDefinition(
                description = "host[:port] that may be spoken to in plain http: registries, token servers, storage")
        String[] insecure__hosts() default {};

        @AttributeDefinition(description = "File with lines of <host[:port]> <user> <password>; empty for none")
        String credentials__file() default "";

        @AttributeDefinition(
                description = "Certificate authorities of the hosts, in PEM, read at the start; empty for Java's own")
        String ca__file() default "";

        @AttributeDefinition(description = "Milliseconds to connect", min = "1")
        int connect__timeout__ms() default 10_000;

        @AttributeDefinition(
                description = "Milliseconds for one whole answer, of which a call needs up to nine",
                min = "1")
        int read__timeout__ms() default 30_000;
    }

    private final PluginDescriptor descriptor;
    private final Set<String> hosts;
    private final PluginRoutes routes;

    @Activate
    public OciImageRegistry(BundleContext bundle, Config config) {
        this(
                new PluginDescriptor("registry", "oci", config.instance()),
                lowerCase(config.hosts()),
                new ManifestSource(
                        new RegistryHttp(
                                TrustedAuthorities.of(config.ca__file()),
                                Duration.ofMillis(config.connect__timeout__ms()),
                                Duration.ofMillis(config.read__timeout__ms())),
                        Logins.of(config.credentials__file()),
                        lowerCase(config.insecure__hosts())),
                route -> PluginRoutes.start(bundle, "registry-" + config.instance(), route));
    }

    OciImageRegistry(
            PluginDescriptor descriptor,
            Set<String> hosts,
            ManifestSource source,
            Function<RegistryRoute, PluginRoutes> starter) {
        this.descriptor = descriptor;
        this.hosts = hosts;
        this.routes = starter.apply(new RegistryRoute(source));
    }

    @Deactivate
    public void close() {
        routes.close();
    }

    @Override
    public PluginDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public PluginHealth health() {
        return hosts.isEmpty()
                ? PluginHealth.degraded("hosts is empty, so no registry is served: name those that the hub may ask")
                : PluginHealth.OK;
    }

    @Override
    public boolean serves(ImageReference reference) {
        return hosts.contains(reference.registry().toLowerCase(Locale.ROOT));
    }

    @Override
    public Optional<ImageManifest> find(ImageReference reference) {
        if (!serves(reference)) {
            throw RegistryFailure.rejected("registry " + reference.registry() + " is not one of hosts");
        }
        return Optional.ofNullable(routes.request(RegistryRoute.START, reference, ImageManifest.class));
    }

    private static Set<String> lowerCase(String[] hosts) {
        return Arrays.stream(hosts).map(host -> host.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }
}
