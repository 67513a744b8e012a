package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** An engine of the tests' own: configuration, storage and socket in one temporary folder. */
final class Engine {
    private static final String LOG = "service.log";

    private final Brand brand;
    private final Path home;
    private Process service;

    /** Which engine; both are spoken to in Docker's words. */
    enum Brand {
        PODMAN("podman") {
            @Override
            void configure(Path home, String registry) throws IOException {
                write(
                        home,
                        "containers.conf",
                        """
                        [containers]
                        default_ulimits = []
                        log_driver = "k8s-file"
                        [engine]
                        runtime = "runc"
                        cgroup_manager = "cgroupfs"
                        events_logger = "file"
                        tmp_dir = "%1$s/libpod"
                        [network]
                        network_config_dir = "%1$s/networks"
                        """);
                write(
                        home,
                        "storage.conf",
                        """
                        [storage]
                        driver = "overlay"
                        graphroot = "%1$s/root"
                        runroot = "%1$s/run"
                        """);
                write(
                        home,
                        "registries.conf",
                        """
                        unqualified-search-registries = []
                        [[registry]]
                        location = "%2$s"
                        insecure = true
                        """,
                        registry);
            }

            @Override
            Map<String, String> environment(Path home) {
                return Map.of(
                        "CONTAINERS_CONF", home.resolve("containers.conf").toString(),
                        "CONTAINERS_STORAGE_CONF", home.resolve("storage.conf").toString(),
                        "CONTAINERS_REGISTRIES_CONF",
                                home.resolve("registries.conf").toString(),
                        // It looks its packages up for each answer to /info: without packages that takes no time.
                        "DPKG_ADMINDIR", home.resolve("no-packages").toString());
            }

            @Override
            List<String> service(Path home) {
                return List.of("podman", "system", "service", "--time=0", url(home));
            }

            @Override
            List<String> client(Path home) {
                return List.of("podman");
            }
        },

        // A registry on loopback needs no TLS, as Docker comes.
        DOCKER("dockerd") {
            @Override
            void configure(Path home, String registry) throws IOException {
                // Containers go on without it only if it is told so.
                write(home, "daemon.json", "{\"live-restore\": true}");
            }

            @Override
            Map<String, String> environment(Path home) {
                return Map.of("DOCKER_CONFIG", home.toString());
            }

            @Override
            List<String> service(Path home) {
                return List.of(
                        "dockerd",
                        "--config-file=" + home.resolve("daemon.json"),
                        "--host=" + url(home),
                        "--data-root=" + home.resolve("root"),
                        "--exec-root=" + home.resolve("run"),
                        "--pidfile=" + home.resolve("pid"),
                        "--containerd-namespace=" + home.getFileName(),
                        "--bridge=none",
                        "--iptables=false",
                        "--ip6tables=false");
            }

            @Override
            List<String> client(Path home) {
                return List.of("docker", "--host", url(home));
            }
        };

        private final String program;

        Brand(String program) {
            this.program = program;
        }

        abstract void configure(Path home, String registry) throws IOException;

        abstract Map<String, String> environment(Path home);

        abstract List<String> service(Path home);

        abstract List<String> client(Path home);

        private static String url(Path home) {
            return "unix://" + home.resolve("engine.sock");
        }

        private static void write(Path home, String name, String text, Object... more) throws IOException {
            var values = new ArrayList<Object>(List.of(home));
            values.addAll(List.of(more));
            Files.writeString(home.resolve(name), text.formatted(values.toArray()));
        }
    }

    /**
     * Starts the engine, or leaves the tests out where there is none that can be started.
     *
     * @param registry host and port of a registry that is spoken to without TLS
     */
    Engine(Brand brand, String registry) throws Exception {
        assumeTrue(HostCommand.find(brand.program).isPresent(), brand.program + " is not installed");
        this.brand = brand;
        home = Files.createTempDirectory("animus-engine");
        brand.configure(home, registry);
        service = start();
        if (!service.isAlive()) {
            var why = lastWords();
            delete();
            assumeTrue(false, brand.program + " does not start here: " + why);
        }
    }

    Brand brand() {
        return brand;
    }

    Path socket() {
        return home.resolve("engine.sock");
    }

    Path file(String name) {
        return home.resolve(name);
    }

    /** Kills the engine's service as a crash would, and starts it again. Containers go on. */
    void killAndRestart() throws Exception {
        kill();
        service = start();
        assertThat(service.isAlive()).as(lastWords()).isTrue();
    }

    void kill() throws Exception {
        service.destroyForcibly().waitFor();
        // Docker's containerd dies with it, but is taken for alive where nobody collects the dead.
        Files.deleteIfExists(home.resolve("run/containerd/containerd.pid"));
        Files.deleteIfExists(socket());
    }

    /** What the command line client prints. */
    String run(String... arguments) throws Exception {
        var command = new ArrayList<>(brand.client(home));
        command.addAll(List.of(arguments));
        var output = Files.createTempFile(home, "run", ".txt").toFile();
        var process = process(command)
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).as(command.toString()).isTrue();
        var text = Files.readString(output.toPath());
        assertThat(process.exitValue()).as(command + ": " + text).isZero();
        return text.strip();
    }

    private Process start() throws Exception {
        Files.deleteIfExists(socket());
        var started = process(brand.service(home))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(file(LOG).toFile()))
                .start();
        await(brand.program, () -> !started.isAlive() || answers());
        return started;
    }

    /** Docker opens its socket first, and then looks whether it can work here. */
    private boolean answers() {
        if (!Files.exists(socket())) {
            return false;
        }
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            channel.write(US_ASCII.encode("GET /_ping HTTP/1.0\r\n\r\n"));
            return channel.read(ByteBuffer.allocate(1)) == 1;
        } catch (IOException e) {
            return false;
        }
    }

    private String lastWords() {
        try {
            var lines = Files.readAllLines(file(LOG));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
        } catch (IOException e) {
            return "it left no log";
        }
    }

    private ProcessBuilder process(List<String> command) {
        var builder = new ProcessBuilder(command).directory(new File("/"));
        builder.environment().putAll(brand.environment(home));
        return builder;
    }

    /** Polls until the condition holds, for a minute at the most. */
    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        var deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    void stop() throws Exception {
        for (var container : run("ps", "--all", "--quiet").lines().toList()) {
            run("rm", "--force", container);
        }
        service.destroy();
        service.waitFor();
        delete();
    }

    private void delete() throws Exception {
        // A Docker that was killed leaves its storage bound to itself.
        new ProcessBuilder("umount", "--lazy", file("root").toString()).start().waitFor();
        new ProcessBuilder("rm", "-rf", "--one-file-system", home.toString())
                .start()
                .waitFor();
    }
}
