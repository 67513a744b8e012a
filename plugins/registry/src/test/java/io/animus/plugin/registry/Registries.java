package io.animus.plugin.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.animus.api.plugin.Logins;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginRoutes;
import io.animus.api.plugin.TrustedAuthorities;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Plugin instances as tests want them. */
final class Registries {
    private Registries() {}

    static OciImageRegistry serving(Path credentials, Set<String> hosts, Set<String> insecure) {
        return serving(credentials, "", hosts, insecure);
    }

    static OciImageRegistry serving(Path credentials, String authorities, Set<String> hosts, Set<String> insecure) {
        var http = new RegistryHttp(TrustedAuthorities.of(authorities), Duration.ofSeconds(2), Duration.ofSeconds(3));
        return new OciImageRegistry(
                new PluginDescriptor("registry", "oci", "test"),
                hosts,
                new ManifestSource(http, new Logins(credentials), insecure),
                PluginRoutes::start);
    }

    static void assertFails(Reason reason, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ExternalSystemException.class, e -> assertThat(e.reason())
                .as(e.getMessage())
                .isEqualTo(reason));
    }
}
