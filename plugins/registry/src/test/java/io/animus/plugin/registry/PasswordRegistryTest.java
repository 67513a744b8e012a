package io.animus.plugin.registry;

import static io.animus.plugin.registry.Registries.assertFails;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.registry.ImageRegistry;
import io.animus.api.tck.ImageRegistryContract;
import io.animus.api.types.ExternalSystemException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real registry that asks for a password. */
class PasswordRegistryTest implements ImageRegistryContract {
    /** bcrypt of "s3cret". */
    private static final String HASH = "$2y$05$abcdefghijklmnopqrstuuLK7U1u6pVRmL7L1BBM2aS35PSZnDXlK";

    @TempDir
    static Path shared;

    private static RealRegistry real;

    @TempDir
    Path folder;

    private OciImageRegistry registry;

    @BeforeAll
    static void serve() throws Exception {
        Files.writeString(shared.resolve("htpasswd"), "hub:" + HASH + "\n");
        var login = Base64.getEncoder().encodeToString("hub:s3cret".getBytes(UTF_8));
        real = RealRegistry.start(
                shared, "auth: {htpasswd: {realm: hub, path: " + shared + "/htpasswd}}", scope -> "Basic " + login);
    }

    @AfterAll
    static void stopServing() {
        real.close();
    }

    @BeforeEach
    void start() throws Exception {
        registry = registry("hub s3cret");
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private OciImageRegistry registry(String login) throws Exception {
        var credentials = Files.createTempFile(folder, "credentials", "");
        Files.writeString(credentials, "# for tests\nother.example a b\n" + real.host() + " " + login + "\n");
        return Registries.serving(credentials, Set.of(real.host()), Set.of(real.host()));
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
    void isDeniedWithAWrongPasswordOrNone() throws Exception {
        var wrong = registry("hub wrong");
        var none = Registries.serving(null, Set.of(real.host()), Set.of(real.host()));
        var unreadable = Registries.serving(folder.resolve("no-file"), Set.of(real.host()), Set.of(real.host()));
        try {
            for (var registry : new OciImageRegistry[] {wrong, none, unreadable}) {
                assertFails(Reason.DENIED, () -> registry.find(sample().image()));
            }
        } finally {
            wrong.close();
            none.close();
            unreadable.close();
        }
    }

    @Test
    void speaksPlainHttpOnlyToHostsThatAllowIt() {
        var secure = Registries.serving(null, Set.of(real.host()), Set.of());
        try {
            assertThat(secure.serves(sample().image())).isTrue();
            // TLS to a port that speaks plain http never stands.
            assertFails(Reason.DENIED, () -> secure.find(sample().image()));
        } finally {
            secure.close();
        }
    }

    @Test
    void rejectsWhatItDoesNotServe() {
        assertFails(Reason.REJECTED, () -> registry.find(sample().elsewhere()));
    }
}
