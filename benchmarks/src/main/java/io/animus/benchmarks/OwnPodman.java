package io.animus.benchmarks;

import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A Podman of our own with one small image: configuration, storage and socket in one folder. Closing stops it. */
final class OwnPodman implements Closeable {
    private static final String NAME = "localhost/animus/bench";

    private final Path folder;
    private final Map<String, String> environment;
    private final Process service;
    private final ImageReference image;

    OwnPodman(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        var engine = Files.writeString(
                folder.resolve("containers.conf"),
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
                """
                        .formatted(folder));
        var storage = Files.writeString(
                folder.resolve("storage.conf"),
                """
                [storage]
                driver = "overlay"
                graphroot = "%1$s/root"
                runroot = "%1$s/run"
                """
                        .formatted(folder));
        environment = Map.of("CONTAINERS_CONF", engine.toString(), "CONTAINERS_STORAGE_CONF", storage.toString());
        image = makeImage();
        service = start();
    }

    Path socket() {
        return folder.resolve("podman.sock");
    }

    /** An image that holds busybox. */
    ImageReference image() {
        return image;
    }

    private ImageReference makeImage() throws IOException, InterruptedException {
        var root = folder.resolve("image");
        for (var empty : List.of("bin", "in", "out", "tmp")) {
            Files.createDirectories(root.resolve(empty));
        }
        Files.copy(Path.of("/bin/busybox"), root.resolve("bin/busybox"));
        var layer = folder.resolve("image.tar").toString();
        Command.run(Map.of(), List.of("tar", "-cf", layer, "-C", root.toString(), "."));
        podman("import", "--quiet", layer, NAME + ":1");
        var digest = podman("image", "inspect", "--format", "{{.Digest}}", NAME + ":1");
        return ImageReference.parse(NAME).at(new Digest(digest.strip()));
    }

    private Process start() throws IOException, InterruptedException {
        var command = List.of("podman", "system", "service", "--time=0", "unix://" + socket());
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("service.log").toFile());
        builder.environment().putAll(environment);
        var started = builder.start();
        while (!Files.exists(socket())) {
            if (!started.isAlive()) {
                throw new IOException("podman does not start: " + Files.readString(folder.resolve("service.log")));
            }
            Thread.sleep(10);
        }
        return started;
    }

    private String podman(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("podman"));
        command.addAll(List.of(arguments));
        return Command.run(environment, command);
    }

    @Override
    public void close() throws IOException {
        service.destroy();
        try {
            service.waitFor();
            // Podman binds the folder of its storage to itself.
            Command.run(
                    Map.of(),
                    List.of("umount", "--lazy", folder.resolve("root/overlay").toString()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
