package io.animus.plugin.executor.container;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The disk behind a job's {@code /out}: a sparse file of exactly the limit's size with an ext4 file system in it, so that
 * a program that writes more gets ENOSPC. The hub mounts it and the engine binds the mount into the container; a
 * volume of the engine's own would take the owner and mode of whatever folder the image has in that place.
 */
final class Disk {
    private final JobFolder folder;

    Disk(JobFolder folder) {
        this.folder = folder;
    }

    /**
     * Makes the disk and mounts it.
     *
     * @param owner user and group id of its root folder, joined by a colon
     */
    void create(long bytes, String owner) throws IOException {
        var file = folder.disk();
        try (var disk = new RandomAccessFile(file.toFile(), "rw")) {
            disk.setLength(bytes);
        }
        var root = "root_owner=" + owner;
        HostCommand.run("mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal", "-E", root, file.toString());
        HostCommand.run("debugfs", "-w", "-R", "rmdir lost+found", file.toString());
        mount();
    }

    /** Mounts the disk unless it is mounted, as after a restart of the machine, and says where. */
    Path mount() throws IOException {
        var point = folder.mountPoint();
        if (!isMounted()) {
            Files.createDirectories(point);
            // An engine that can't see the mount binds the bare folder, into which no job may write a byte.
            Files.setPosixFilePermissions(point, PosixFilePermissions.fromString("rwx------"));
            var options = "loop,nosuid,nodev,noexec,noatime";
            HostCommand.run("mount", "-t", "ext4", "-o", options, folder.disk().toString(), point.toString());
        }
        return point;
    }

    /** Unmounts the disk; its loop device goes with the last reader. */
    void release() throws IOException {
        if (isMounted()) {
            HostCommand.run("umount", "--lazy", folder.mountPoint().toString());
        }
    }

    private boolean isMounted() throws IOException {
        var point = folder.mountPoint();
        return Files.isDirectory(point, LinkOption.NOFOLLOW_LINKS)
                && !Files.getAttribute(point, "unix:dev").equals(Files.getAttribute(folder.path(), "unix:dev"));
    }
}
