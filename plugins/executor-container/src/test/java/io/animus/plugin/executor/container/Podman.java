package io.animus.plugin.executor.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A Podman of the tests' own: configuration, storage and socket in one temporary folder. */
final class Podman {
    private final Path home;
    private Process service;

    /** @param registry host and port of a registry that is spoken to without TLS */
    Podman(String registry) throws Exception {
        home = Files.createTempDirectory("animus-podman");
        write(
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
                "storage.conf",
                """
                [storage]
                driver = "overlay"
                graphroot = "%1$s/root"
                runroot = "%1$s/run"
                """);
        write(
                "registries.conf",
                """
                unqualified-search-registries = []
                [[registry]]
                location = "%2$s"
                insecure = true
                """,
                registry);
        service = start();
    }

    Path socket() {
        return home.resolve("podman.sock");
    }

    Path file(String name) {
        return home.resolve(name);
    }

    /** Loads an image and gives it a name. */
    void load(BusyboxImage image, String name) throws Exception {
        var archive = home.resolve("image.tar");
        image.write(archive, name);
        run("load", "-i", archive.toString());
    }

    /** Kills the engine's service as a crash would, and starts it again. Containers go on. */
    void killAndRestart() throws Exception {
        service.destroyForcibly().waitFor();
        service = start();
    }

    void kill() throws Exception {
        service.destroyForcibly().waitFor();
        Files.deleteIfExists(socket());
    }

    /** What the command line client prints. */
    String run(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("podman"));
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
        var log = ProcessBuilder.Redirect.appendTo(home.resolve("service.log").toFile());
        var started = process(List.of("podman", "system", "service", "--time=0", "unix://" + socket()))
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        await("podman's socket", () -> Files.exists(socket()));
        return started;
    }

    private ProcessBuilder process(List<String> command) {
        var builder = new ProcessBuilder(command).directory(new File("/"));
        builder.environment()
                .put("CONTAINERS_CONF", home.resolve("containers.conf").toString());
        builder.environment()
                .put("CONTAINERS_STORAGE_CONF", home.resolve("storage.conf").toString());
        builder.environment()
                .put(
                        "CONTAINERS_REGISTRIES_CONF",
                        home.resolve("registries.conf").toString());
        return builder;
    }

    private void write(String name, String text, Object... more) throws IOException {
        var values = new ArrayList<Object>(List.of(home));
        values.addAll(List.of(more));
        Files.writeString(home.resolve(name), text.formatted(values.toArray()));
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
        run("rm", "--all", "--force", "--time", "0");
        service.destroy();
        service.waitFor();
        new ProcessBuilder("rm", "-rf", "--one-file-system", home.toString())
                .start()
                .waitFor();
    }
}
