package io.animus.itests.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Podman's service with a socket, images, settings and a record of events of its own. */
final class PrivateEngine {
    private final Path folder;
    private final Process service;

    /**
     * Starts it.
     *
     * @param folder must exist
     * @param registry host and port, spoken to without TLS
     */
    PrivateEngine(Path folder, String registry) throws Exception {
        this.folder = folder;
        // File locks, since those of the default kind are shared with every other Podman of this machine.
        Files.writeString(
                folder.resolve("containers.conf"),
                """
                [containers]
                default_ulimits = []
                log_driver = "k8s-file"
                [network]
                network_config_dir = "%1$s/networks"
                [engine]
                runtime = "runc"
                cgroup_manager = "cgroupfs"
                events_logger = "file"
                lock_type = "file"
                static_dir = "%1$s/root/libpod"
                tmp_dir = "%1$s/libpod"
                volume_path = "%1$s/root/volumes"
                """
                        .formatted(folder));
        Files.writeString(
                folder.resolve("storage.conf"),
                """
                [storage]
                driver = "overlay"
                graphroot = "%1$s/root"
                runroot = "%1$s/run"
                """
                        .formatted(folder));
        Files.writeString(
                folder.resolve("registries.conf"),
                """
                unqualified-search-registries = []
                [[registry]]
                location = "%s"
                insecure = true
                """
                        .formatted(registry));
        service = Programs.start(
                folder,
                environment(),
                List.of("podman", "system", "service", "--time=0", "unix://" + socket()),
                folder.resolve("service.log"));
        Patience.untilTrue("podman's socket is there", () -> Files.exists(socket()));
    }

    Path socket() {
        return folder.resolve("podman.sock");
    }

    /** The process behind the socket. */
    ProcessHandle service() {
        return service.toHandle();
    }

    /** Ids of all containers, ended ones too. */
    List<String> containers() throws Exception {
        return podman("ps", "--all", "--quiet", "--no-trunc").lines().toList();
    }

    List<String> volumes() throws Exception {
        return podman("volume", "ls", "--quiet").lines().toList();
    }

    /** How many containers were ever started. */
    long starts() throws Exception {
        return podman("events", "--stream=false", "--since=24h", "--filter=event=start", "--format={{.ID}}")
                .lines()
                .count();
    }

    /** Runs a program in the one container that there is. */
    void inContainer(String... command) throws Exception {
        var arguments = new ArrayList<>(List.of("exec", containers().get(0)));
        arguments.addAll(List.of(command));
        podman(arguments.toArray(String[]::new));
    }

    void stop() throws Exception {
        podman("rm", "--all", "--force", "--time=0");
        Programs.stop(service);
        // Podman mounts this folder on itself and leaves it so.
        new ProcessBuilder("umount", folder.resolve("root/overlay").toString())
                .start()
                .waitFor();
    }

    private String podman(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("podman"));
        command.addAll(List.of(arguments));
        return Programs.run(folder, environment(), command);
    }

    private Map<String, String> environment() {
        return Map.of(
                "CONTAINERS_CONF", folder.resolve("containers.conf").toString(),
                "CONTAINERS_STORAGE_CONF", folder.resolve("storage.conf").toString(),
                "CONTAINERS_REGISTRIES_CONF", folder.resolve("registries.conf").toString(),
                // It looks its packages up for each answer to /info: without packages that takes no time.
                "DPKG_ADMINDIR", folder.resolve("no-packages").toString());
    }
}
