package io.animus.examples.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Podman with a socket, images and settings of its own, so that the demo neither sees nor changes other containers of
 * this machine. Without root it works on the user's own images, since those can't be put just anywhere.
 *
 * @param podman the program
 * @param settings folder of its configuration files, pid file and log
 * @param runtime folder of its socket and of what ends with a reboot
 */
record ContainerEngine(String podman, Path settings, Path runtime) {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** The engine of these folders, started unless it runs, trusting one registry without TLS. */
    static ContainerEngine start(Folders folders, LocalRegistry registry) throws IOException, InterruptedException {
        var engine = new ContainerEngine(Command.require("podman", "podman"), folders.engine(), folders.runtime());
        Files.createDirectories(engine.settings);
        Folders.makePrivate(engine.runtime);
        engine.configure(registry);
        var running = BackgroundProcess.find(pidFile(engine.settings));
        if (running.isEmpty()) {
            Files.deleteIfExists(engine.socket());
            BackgroundProcess.start(
                    engine.command("system", "service", "--time=0", "unix://" + engine.socket()),
                    pidFile(engine.settings),
                    engine.log());
        }
        engine.awaitSocket();
        return engine;
    }

    /** Ends the engine of these folders, which can be deleted then; false if none runs. */
    static boolean stop(Folders folders) throws IOException, InterruptedException {
        var running = BackgroundProcess.find(pidFile(folders.engine()));
        if (running.isPresent()) {
            running.get().stop();
        }
        if (Folders.root()) {
            // Podman mounts this folder on itself and leaves it so.
            Command.of("umount", folders.engine().resolve("storage/overlay").toString())
                    .runAnyway();
        }
        FileTree.delete(folders.runtime());
        return running.isPresent();
    }

    /** Where the engine's API answers. Whoever can write to it has the rights of the engine. */
    Path socket() {
        return runtime.resolve("podman.sock");
    }

    /** Fetches an image, named by digest, unless it is there. */
    void pull(String reference) throws IOException, InterruptedException {
        if (command("image", "exists", reference).runAnyway().exitCode() != 0) {
            command("pull", "--quiet", reference).run();
        }
    }

    /** Podman with arguments, on the images and settings of this engine. */
    Command command(String... arguments) {
        var all = new String[arguments.length + 1];
        all[0] = podman;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        // conmon leaves marker files in the working directory of its caller.
        return Command.of(all).in(runtime).with(environment());
    }

    private Map<String, String> environment() {
        var variables = new TreeMap<String, String>();
        variables.put(
                "CONTAINERS_REGISTRIES_CONF",
                settings.resolve("registries.conf").toString());
        if (Folders.root()) {
            variables.put("CONTAINERS_CONF", settings.resolve("containers.conf").toString());
            variables.put(
                    "CONTAINERS_STORAGE_CONF", settings.resolve("storage.conf").toString());
        }
        return variables;
    }

    private void configure(LocalRegistry registry) throws IOException, InterruptedException {
        Files.writeString(
                settings.resolve("registries.conf"),
                """
                unqualified-search-registries = []
                [[registry]]
                location = "%s"
                insecure = true
                """
                        .formatted(registry.host()));
        if (!Folders.root()) {
            return;
        }
        var runc = Command.require("runc", "runc");
        // cgroupfs and files need no systemd; file locks are not shared with other engines of this machine, as the
        // default
        // ones are; crun fails where cgroup v1 and v2 are both mounted; 4.3 swaps the numbers of its default ulimits.
        Files.writeString(
                settings.resolve("containers.conf"),
                """
                [containers]
                default_ulimits = ["nofile=1024:4096", "nproc=1024:2048"]
                log_driver = "k8s-file"
                [network]
                network_config_dir = "%1$s/networks"
                [engine]
                cgroup_manager = "cgroupfs"
                events_logger = "file"
                lock_type = "file"
                runtime = "runc"
                static_dir = "%1$s/storage/libpod"
                tmp_dir = "%2$s/libpod"
                volume_path = "%1$s/storage/volumes"
                [engine.runtimes]
                runc = ["%3$s"]
                """
                        .formatted(settings, runtime, runc));
        writeStorage("overlay");
        if (command("info").runAnyway().exitCode() != 0) {
            // Where the checkout is itself on an overlay, for example in a container.
            writeStorage("vfs");
        }
    }

    private void writeStorage(String driver) throws IOException {
        Files.writeString(
                settings.resolve("storage.conf"),
                """
                [storage]
                driver = "%s"
                graphroot = "%s/storage"
                runroot = "%s/storage"
                """
                        .formatted(driver, settings, runtime));
    }

    private void awaitSocket() throws IOException, InterruptedException {
        var address = "unix://" + socket();
        var state = Patience.await(PATIENCE, () -> {
            if (BackgroundProcess.find(pidFile(settings)).isEmpty()) {
                throw DemoException.failed("podman's service ended at once", "see " + log());
            }
            var answer = Command.of(podman, "--url", address, "version").runAnyway();
            return answer.exitCode() == 0 ? Optional.of(answer) : Optional.empty();
        });
        if (state.isEmpty()) {
            throw DemoException.failed("podman doesn't answer on " + socket(), "see " + log());
        }
    }

    private Path log() {
        return settings.resolve("podman.log");
    }

    private static Path pidFile(Path settings) {
        return settings.resolve("pid");
    }
}
