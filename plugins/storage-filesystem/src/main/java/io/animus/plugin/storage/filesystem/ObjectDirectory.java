package io.animus.plugin.storage.filesystem;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.animus.api.storage.ObjectKey;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;

/**
 * Objects as files named by namespace and digest. A file gets its name only when its content is whole, right and on the
 * disk; until then it is a locked file in {@code uploads}, which the next start removes if its writer is gone.
 *
 * <p>Safe for use by many threads and by several hubs on one file system.
 */
final class ObjectDirectory {
    private static final int BUFFER = 64 * 1024;
    private static final int BYTES_BETWEEN_SPACE_CHECKS = 16 * 1024 * 1024;

    private final Path objects;
    private final Path uploads;
    private final long freeFloor;

    /**
     * Objects below {@code directory}, which is made if needed.
     *
     * @param freeFloor bytes that must stay free in the file system
     */
    ObjectDirectory(Path directory, long freeFloor) throws IOException {
        this.objects = directory.resolve("objects");
        this.uploads = directory.resolve("uploads");
        this.freeFloor = freeFloor;
        makeDurably(objects);
        makeDurably(uploads);
        sweep();
    }

    /** See {@link io.animus.api.storage.ObjectStore#put}; {@code IOException} only if {@code content} does. */
    void put(ObjectKey key, long size, InputStream content) throws IOException {
        var upload = uploads.resolve(UUID.randomUUID() + ".part");
        try (var file = create(upload, size)) {
            var digest = copy(content, size, file);
            if (!digest.equals(key.digest())) {
                throw rejected("the content has the digest " + digest + ", not " + key.digest());
            }
            keep(file, upload, key);
        } catch (DiskFailure e) {
            throw unavailable(e.failure);
        } finally {
            Files.deleteIfExists(upload);
        }
    }

    Optional<Long> find(ObjectKey key) {
        try {
            return Optional.of(Files.size(file(key)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    /** The object, to be read from any place and closed by the caller; empty if there is none. */
    Optional<FileChannel> channel(ObjectKey key) {
        try {
            return Optional.of(FileChannel.open(file(key), READ));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    boolean delete(ObjectKey key) {
        try {
            var there = Files.deleteIfExists(file(key));
            if (there) {
                force(folder(key));
            }
            return there;
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    /** What keeps uploads from working now; empty if nothing does. */
    Optional<String> trouble() throws IOException {
        if (!Files.isWritable(uploads)) {
            return Optional.of("the hub may not write " + uploads);
        }
        return freeBytes() < freeFloor
                ? Optional.of("less than " + freeFloor + " bytes are free in " + objects + ": uploads are refused")
                : Optional.empty();
    }

    // Two levels of 256 folders each keep a folder small up to billions of objects.
    private Path folder(ObjectKey key) {
        var hex = key.digest().hex();
        return objects.resolve(key.namespace()).resolve(hex.substring(0, 2)).resolve(hex.substring(2, 4));
    }

    private Path file(ObjectKey key) {
        return folder(key).resolve(key.digest().hex());
    }

    private FileChannel create(Path upload, long size) throws DiskFailure {
        try {
            checkSpace(size);
            var file = FileChannel.open(upload, CREATE_NEW, WRITE);
            file.lock();
            return file;
        } catch (IOException e) {
            throw new DiskFailure(e);
        }
    }

    private Digest copy(InputStream content, long size, FileChannel file) throws IOException, DiskFailure {
        var hash = Digest.sha256();
        var buffer = new byte[BUFFER];
        var written = 0L;
        var unchecked = 0;
        for (var read = content.read(buffer); read >= 0; read = content.read(buffer)) {
            written += read;
            if (written > size) {
                throw rejected("the content has more than the " + size + " bytes announced");
            }
            hash.update(buffer, 0, read);
            unchecked += read;
            if (unchecked >= BYTES_BETWEEN_SPACE_CHECKS) {
                unchecked = 0;
                checkSpace(0);
            }
            write(ByteBuffer.wrap(buffer, 0, read), file);
        }
        if (written < size) {
            throw rejected("the content ended after " + written + " of " + size + " bytes");
        }
        return Digest.finish(hash);
    }

    private static void write(ByteBuffer bytes, FileChannel file) throws DiskFailure {
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            throw new DiskFailure(e);
        }
    }

    private void keep(FileChannel file, Path upload, ObjectKey key) throws DiskFailure {
        try {
            file.force(true);
            makeDurably(folder(key));
            Files.move(upload, file(key), StandardCopyOption.ATOMIC_MOVE);
            force(folder(key));
        } catch (IOException e) {
            throw new DiskFailure(e);
        }
    }

    private void checkSpace(long wanted) throws DiskFailure {
        try {
            if (freeBytes() - wanted < freeFloor) {
                throw new ExternalSystemException(
                        Reason.UNAVAILABLE,
                        "the object store is full: " + freeFloor + " bytes must stay free in its file system");
            }
        } catch (IOException e) {
            throw new DiskFailure(e);
        }
    }

    private long freeBytes() throws IOException {
        return Files.getFileStore(uploads).getUsableSpace();
    }

    private void sweep() throws IOException {
        try (var leftovers = Files.newDirectoryStream(uploads)) {
            for (var leftover : leftovers) {
                if (hasNoWriter(leftover)) {
                    Files.deleteIfExists(leftover);
                }
            }
        }
    }

    private static boolean hasNoWriter(Path leftover) throws IOException {
        try (var file = FileChannel.open(leftover, WRITE)) {
            return file.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    // A name survives a power cut only once the folder that holds it is on the disk.
    private static void makeDurably(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        var parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            makeDurably(parent);
        }
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
        if (parent != null) {
            force(parent);
        }
    }

    private static void force(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, READ)) {
            channel.force(true);
        }
    }

    private static ExternalSystemException rejected(String message) {
        return new ExternalSystemException(Reason.REJECTED, message);
    }

    // Without the path, which a holder of a signed URL has no business to know.
    private static ExternalSystemException unavailable(IOException cause) {
        var why = cause instanceof FileSystemException file ? file.getReason() : cause.getMessage();
        return new ExternalSystemException(Reason.UNAVAILABLE, "the object store's disk refuses: " + why, cause);
    }

    /** Tells a failure of our disk from one of the content's source. */
    private static final class DiskFailure extends Exception {
        private static final long serialVersionUID = 1L;

        private final IOException failure;

        DiskFailure(IOException failure) {
            super(failure);
            this.failure = failure;
        }
    }
}
