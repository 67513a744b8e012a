package io.animus.plugin.executor.container;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.animus.plugin.executor.container.EngineSocket.Answer;
import java.nio.file.Path;

/** Where Podman's answers and wishes differ from Docker's, though both speak Docker's API. */
enum Dialect {
    PODMAN,
    DOCKER;

    /**
     * Says where the engine keeps a job's output, and how much. Podman fills a disk of ours, of which what was written
     * first stays; Docker drops the oldest lines when there is more than {@code bytes}.
     */
    void log(ObjectNode config, Disk disk, long bytes) {
        var driver =
                config.put("Type", this == PODMAN ? "k8s-file" : "json-file").putObject("Config");
        if (this == PODMAN) {
            driver.put("path", disk.mountPoint().resolve("log").toString());
        } else {
            driver.put("max-size", String.valueOf(bytes));
        }
    }

    /**
     * The options of a folder that is mounted into a job. Docker takes only {@code ro} and {@code rw}: what a job writes
     * keeps the options of the disk that it is on, and of its inputs programs can be executed.
     */
    String mountOptions(String access) {
        return this == PODMAN ? access + ",nosuid,nodev,noexec" : access;
    }

    /** The seccomp option: Podman wants a file of the host it runs on, Docker the profile itself. */
    String seccomp(Path file, String profile) {
        return "seccomp=" + (this == PODMAN ? file : profile);
    }

    /** Whether a container could not be created because its name is taken. */
    boolean isNameTaken(Answer created) {
        return created.status() == 409
                || this == PODMAN
                        && created.status() == 500
                        && created.message().contains("already in use");
    }

    /**
     * Whether a container can't be removed only because Podman still unmounts what it used: its own clean-up runs beside
     * its service, and the two don't wait for each other.
     */
    boolean isCleaningUp(Answer removed) {
        return this == PODMAN && removed.status() == 500 && removed.message().contains("resource busy");
    }

    /**
     * Whether a memory kill is certain to be flagged. Podman with cgroup v1 misses its own runtime's marker, so there an
     * exit with 137 that nobody of ours caused counts as one.
     */
    boolean flagsMemoryKills() {
        return this == DOCKER;
    }
}
