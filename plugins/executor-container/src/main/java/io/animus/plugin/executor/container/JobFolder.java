package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything of one job on the hub's own disk. Marks are files, so that they outlive the hub.
 *
 * @param path {@code <work folder>/<dispatch id>}
 */
record JobFolder(Path path) {

    /** What only the hub knows of a job. */
    enum Mark {
        /** The engine is being asked to start it; holds the id of the machine's boot. */
        STARTING,
        /** The engine could not start its program; holds why. */
        NOT_STARTED,
        /** It is being ended because somebody asked. */
        CANCELED,
        /** It was refused a process over its limit. */
        PROCESS_LIMIT,
        /** It failed when {@code /out} had no room left. */
        STORAGE_LIMIT;

        private String file() {
            return "mark-" + name().toLowerCase(Locale.ROOT);
        }
    }

    /** A mark that was set. */
    record Marked(Instant at, String text) {}

    Path inputs() {
        return path.resolve("in");
    }

    /** The disk behind {@code /out}. */
    Disk outputs() {
        return new Disk(path.resolve("out.img"), path.resolve("out"));
    }

    /** The disk that Podman writes the job's output to. */
    Disk log() {
        return new Disk(path.resolve("log.img"), path.resolve("log"));
    }

    Path seccompProfile() {
        return path.resolve("seccomp.json");
    }

    void create() throws IOException {
        Files.createDirectories(
                path.getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createDirectory(inputs());
        // The program inside has another user id, and the umask may be strict.
        Files.setPosixFilePermissions(inputs(), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    boolean exists() {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Sets a mark so that it survives a crash of the machine right after. */
    void set(Mark mark, Instant at, String text) throws IOException {
        Files.createDirectories(path);
        write(mark, at, text);
    }

    /** Sets a mark that was only observed: the first time counts, and a job that is gone does not come back for it. */
    void note(Mark mark, Instant at) throws IOException {
        if (Files.exists(path.resolve(mark.file()))) {
            return;
        }
        try {
            write(mark, at, "");
        } catch (NoSuchFileException e) {
            // Removed meanwhile.
        }
    }

    private void write(Mark mark, Instant at, String text) throws IOException {
        // A name of its own: others may set the same mark now.
        var part = Files.createTempFile(path, mark.file(), ".part");
        Files.writeString(part, at + "\n" + text, UTF_8);
        try (var channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(part, path.resolve(mark.file()), StandardCopyOption.ATOMIC_MOVE);
    }

    Optional<Marked> find(Mark mark) throws IOException {
        var file = path.resolve(mark.file());
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var lines = Files.readString(file, UTF_8).split("\n", 2);
        return Optional.of(new Marked(Instant.parse(lines[0]), lines[1]));
    }

    /** Deletes the folder; nothing may be mounted in it. */
    void delete() throws IOException {
        if (!exists()) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
