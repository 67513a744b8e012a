package io.animus.plugin.postgres.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One hub per directory. The operating system ends the lock with the process, however that ends. */
final class DirectoryLock implements AutoCloseable {
    // A process loses its lock on a file as soon as it closes any other descriptor of that file, so that a second
    // attempt from within must be refused before the file is opened.
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @param directory a real path
     * @throws IllegalStateException if somebody has it
     */
    static DirectoryLock take(Path directory) throws IOException {
        if (!HELD_HERE.add(directory)) {
            throw taken(directory);
        }
        try {
            var channel =
                    FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                channel.close();
                throw taken(directory);
            }
            return new DirectoryLock(directory, channel);
        } catch (IOException | IllegalStateException e) {
            HELD_HERE.remove(directory);
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        HELD_HERE.remove(directory);
    }

    private static IllegalStateException taken(Path directory) {
        return new IllegalStateException(
                directory + " is in use by another hub: stop it, or give this one a directory of its own");
    }
}
