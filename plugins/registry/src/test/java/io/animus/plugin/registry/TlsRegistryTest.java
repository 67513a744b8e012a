package io.animus.plugin.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.tck.TlsCertificates;
import io.animus.api.tck.TlsCertificates.Shown;
import io.animus.api.tck.TlsContract;
import io.animus.api.types.ImageReference;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Debian's docker-registry, which speaks TLS itself: one for each certificate, without an image. */
class TlsRegistryTest implements TlsContract {
    private static final String FAILED = "TLS handshake error";

    private record Running(Process process, String host, Path log) {}

    @TempDir
    static Path shared;

    private static TlsCertificates certificates;
    private static final Map<Shown, Running> REGISTRIES = new EnumMap<>(Shown.class);

    @BeforeAll
    static void serve() throws Exception {
        certificates = TlsCertificates.in(shared);
        for (var shown : Shown.values()) {
            REGISTRIES.put(shown, start(shown));
        }
    }

    @AfterAll
    static void stopServing() {
        for (var registry : REGISTRIES.values()) {
            registry.process().destroy();
            registry.process().onExit().join();
        }
    }

    @Override
    public TlsCertificates certificates() {
        return certificates;
    }

    @Override
    public long failedHandshakes(Shown shown) throws IOException {
        try (var lines = Files.lines(REGISTRIES.get(shown).log())) {
            return lines.filter(line -> line.contains(FAILED)).count();
        }
    }

    @Override
    public void call(Shown shown, String authorities) {
        var host = REGISTRIES.get(shown).host();
        var registry = Registries.serving(null, authorities, Set.of(host), Set.of());
        try {
            // It has no such image, and says so.
            assertThat(registry.find(ImageReference.parse(host + "/hub/absent:1")))
                    .isEmpty();
        } finally {
            registry.close();
        }
    }

    private static Running start(Shown shown) throws IOException {
        var port = RealRegistry.freePort();
        var config = shared.resolve(shown + ".yml");
        Files.writeString(
                config,
                """
                version: 0.1
                log: {level: error}
                storage: {filesystem: {rootdirectory: %s/data-%s}}
                http: {addr: 127.0.0.1:%d, tls: {certificate: %s, key: %s}}
                """
                        .formatted(shared, shown, port, certificates.certificate(shown), certificates.key(shown)));
        var log = shared.resolve(shown + ".log");
        var process = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < deadline && process.isAlive()) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                // This counts as a failed handshake, and is to be on record before the tests count theirs.
                while (!Files.readString(log).contains(FAILED)) {
                    Thread.onSpinWait();
                }
                return new Running(process, "127.0.0.1:" + port, log);
            } catch (IOException e) {
                Thread.onSpinWait();
            }
        }
        process.destroy();
        throw new IOException("the registry doesn't come up: " + Files.readString(log));
    }
}
