package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One lock for each dispatch id, as one byte of a lock file: held against other threads, other instances in this JVM
 * and other hubs that share the work folder, and gone when its holder dies.
 */
final class DispatchLocks implements Closeable {
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final FileChannel channel;

    DispatchLocks(Path workFolder) throws IOException {
        var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Files.createDirectories(workFolder, mine);
        channel = FileChannel.open(workFolder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /** Work that nobody else may do for the same job meanwhile. */
    interface Work<T> {
        T run() throws IOException;
    }

    /**
     * Waits for the lock and does the work under it.
     *
     * @throws ExternalSystemException {@code UNAVAILABLE} if the thread is interrupted while it waits
     */
    <T> T holding(String dispatchId, Work<T> work) throws IOException {
        var digest = Digest.sha256().digest(dispatchId.getBytes(UTF_8));
        var lock = lock(ByteBuffer.wrap(digest).getLong() >>> 2);
        try {
            return work.run();
        } finally {
            lock.release();
        }
    }

    private FileLock lock(long position) throws IOException {
        try {
            var lock = tryLock(position);
            while (lock == null) {
                Thread.sleep(PAUSE.toMillis());
                lock = tryLock(position);
            }
            return lock;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExternalSystemException(Reason.UNAVAILABLE, "interrupted while another call works on the job", e);
        }
    }

    private @Nullable FileLock tryLock(long position) throws IOException {
        try {
            return channel.tryLock(position, 1, false);
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
