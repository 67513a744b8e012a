package io.animus.plugin.executor.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/**
 * A disk of fixed size for what a job writes: a sparse file with an ext4 file system in it, so that what is too much
 * gets ENOSPC. The hub mounts it and the engine uses the mount; a volume of the engine's own would take the owner and mode
 * of whatever folder the image has in that place.
 *
 * @param file its content
 * @param mountPoint where it is mounted
 */
record Disk(Path file, Path mountPoint) {
    private static final long FULL = 8192;
    // The kernel cuts a large write into pieces of up to this size. One that does not fit is refused as a whole, and
    // what
    // it would have taken stays free.
    private static final long LARGEST_PIECE = 2 << 20;

    /**
     * Makes the disk and mounts it.
     *
     * @param owner user and group id of its root folder, joined by a colon
     */
    void create(BlankDisks blanks, long bytes, String owner) throws IOException {
        blanks.make(file, bytes, owner);
        mount();
        Files.delete(mountPoint.resolve("lost+found"));
    }

    /** Mounts the disk unless it is mounted, as after a restart of the machine, and says where. */
    Path mount() throws IOException {
        if (!isMounted()) {
            Files.createDirectories(mountPoint);
            // An engine that can't see the mount binds the bare folder, into which no job may write a byte.
            Files.setPosixFilePermissions(mountPoint, PosixFilePermissions.fromString("rwx------"));
            var options = "loop,nosuid,nodev,noexec,noatime";
            HostCommand.run("mount", "-t", "ext4", "-o", options, file.toString(), mountPoint.toString());
        }
        return mountPoint;
    }

    /** Whether it is mounted and has no room left. */
    boolean isFull() throws IOException {
        return isMounted() && Files.getFileStore(mountPoint).getUsableSpace() < FULL;
    }

    /** Whether it is mounted and so full that a program will have been refused room, for content or for one more file. */
    boolean hasRefused() throws IOException {
        if (!isMounted()) {
            return false;
        }
        var facts = HostCommand.run("stat", "--file-system", "--format", "%S %b %a %d", mountPoint.toString())
                .split(" ", -1);
        var block = Long.parseLong(facts[0]);
        var size = Long.parseLong(facts[1]) * block;
        var free = Long.parseLong(facts[2]) * block;
        return free < Math.min(LARGEST_PIECE, size / 4) || Long.parseLong(facts[3]) == 0;
    }

    /** Unmounts the disk; its loop device goes with the last reader. */
    void release() throws IOException {
        if (isMounted()) {
            HostCommand.run("umount", "--lazy", mountPoint.toString());
        }
    }

    private boolean isMounted() throws IOException {
        return Files.isDirectory(mountPoint, LinkOption.NOFOLLOW_LINKS)
                && !Files.getAttribute(mountPoint, "unix:dev").equals(parentDevice());
    }

    private Object parentDevice() throws IOException {
        return Files.getAttribute(Objects.requireNonNull(mountPoint.getParent()), "unix:dev");
    }
}
