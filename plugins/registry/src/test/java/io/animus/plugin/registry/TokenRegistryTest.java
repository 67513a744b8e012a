package io.animus.plugin.registry;

import static io.animus.plugin.registry.Registries.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.registry.ImageRegistry;
import io.animus.api.tck.ImageRegistryContract;
import io.animus.api.types.ExternalSystemException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real registry that asks for a token, which another server gives out against a password. */
class TokenRegistryTest implements ImageRegistryContract {
    @TempDir
    static Path shared;

    private static TokenServer tokens;
    private static RealRegistry real;

    @TempDir
    Path folder;

    private OciImageRegistry registry;

    @BeforeAll
    static void serve() throws Exception {
        tokens = new TokenServer(shared);
        var auth =
                "auth: {token: {realm: 'http://%s/token', service: 'sample registry', issuer: tests, rootcertbundle: %s}}"
                        .formatted(tokens.host(), shared.resolve("cert.pem"));
        real = RealRegistry.start(shared, auth, scope -> "Bearer " + tokens.token(scope));
    }

    @AfterAll
    static void stopServing() {
        real.close();
        tokens.close();
    }

    @BeforeEach
    void start() throws Exception {
        registry = registry("s3cret", Set.of(real.host(), tokens.host()));
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private OciImageRegistry registry(String password, Set<String> insecure) throws Exception {
        var credentials = Files.createTempFile(folder, "credentials", "");
        Files.writeString(credentials, real.host() + " hub " + password + "\n");
        return Registries.serving(credentials, Set.of(real.host()), insecure);
    }

    @Override
    public ImageRegistry registry() {
        return registry;
    }

    @Override
    public Sample sample() {
        return real.sample();
    }

    @Test
    void asksForATokenThatOnlyReadsThisImage() {
        tokens.scopes().clear();
        registry.find(sample().image());
        assertThat(tokens.scopes()).containsExactly("repository:hub/sample:pull");
    }

    @Test
    void isDeniedWithAWrongPassword() throws Exception {
        var wrong = registry("wrong", Set.of(real.host(), tokens.host()));
        try {
            assertFails(Reason.DENIED, () -> wrong.find(sample().image()));
        } finally {
            wrong.close();
        }
    }

    @Test
    void doesNotShowThePasswordToATokenServerOverPlainHttp() throws Exception {
        tokens.scopes().clear();
        var strict = registry("s3cret", Set.of(real.host()));
        try {
            assertFails(Reason.REJECTED, () -> strict.find(sample().image()));
            assertThat(tokens.scopes()).isEmpty();
        } finally {
            strict.close();
        }
    }
}
