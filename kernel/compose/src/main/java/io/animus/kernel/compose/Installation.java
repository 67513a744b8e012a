package io.animus.kernel.compose;

import io.animus.api.types.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.util.Comparator;
import java.util.stream.Collectors;

/** Unpacks an archive into a new folder: whole, or not at all. */
final class Installation {
    private Installation() {}

    /**
     * @param lock of this archive, after it was inspected; the file might have been exchanged since
     * @param folder that doesn't exist yet; the one it is to be in does
     * @throws FileAlreadyExistsException if it does
     */
    static void unpack(Path archive, Lock lock, Path folder) throws IOException, BrokenArchiveException {
        if (Files.exists(folder)) {
            throw new FileAlreadyExistsException(folder.toString());
        }
        var parent = folder.toAbsolutePath().getParent();
        var half = Files.createTempDirectory(parent, "." + folder.getFileName() + "-");
        var isWhole = false;
        try {
            var locked = lock.files().stream().collect(Collectors.toMap(Lock.File::path, Lock.File::digest));
            ArchiveReader.read(archive, (entry, content) -> {
                var digest = put(half, entry, content);
                var isNote = entry.path().equals(Lock.PATH) || entry.path().equals(Lock.SIGNATURE);
                if (!isNote && !digest.equals(locked.get(entry.path()))) {
                    throw new BrokenArchiveException(archive + " was changed while it was unpacked: " + entry.path());
                }
            });
            Files.setPosixFilePermissions(half, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(half, folder);
            isWhole = true;
        } finally {
            if (!isWhole) {
                delete(half);
            }
        }
    }

    private static Digest put(Path folder, ArchiveReader.Entry entry, InputStream content) throws IOException {
        var file = folder.resolve(entry.path());
        Files.createDirectories(file.getParent());
        var hash = Digest.sha256();
        Files.copy(new DigestInputStream(content, hash), file);
        Files.setPosixFilePermissions(
                file, PosixFilePermissions.fromString(entry.isExecutable() ? "rwxr-xr-x" : "rw-r--r--"));
        return Digest.finish(hash);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
