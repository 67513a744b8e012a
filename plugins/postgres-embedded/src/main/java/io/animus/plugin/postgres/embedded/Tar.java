package io.animus.plugin.postgres.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Unpacks plain tar archives: folders, files and symbolic links with names of up to 100 bytes, which is all that the
 * server's archive holds. Anything else is refused.
 */
final class Tar {
    private static final int BLOCK = 512;
    private static final int OWNER_EXECUTE = 0100;

    private Tar() {}

    static void unpack(InputStream in, Path folder) throws IOException {
        for (var header = in.readNBytes(BLOCK); isEntry(header); header = in.readNBytes(BLOCK)) {
            var name = text(header, 0, 100);
            var size = Long.parseLong(text(header, 124, 12).strip(), 8);
            var target = folder.resolve(name).normalize();
            if (!target.startsWith(folder)) {
                throw new IOException("the archive reaches out of its folder: " + name);
            }
            switch (header[156]) {
                case '5' -> Files.createDirectories(target);
                case '2' -> Files.createSymbolicLink(target, Path.of(text(header, 157, 100)));
                case '0' -> {
                    write(in, size, target);
                    var mode = Integer.parseInt(text(header, 100, 8).strip(), 8);
                    Files.setPosixFilePermissions(
                            target,
                            PosixFilePermissions.fromString((mode & OWNER_EXECUTE) != 0 ? "rwxr-xr-x" : "rw-r--r--"));
                    in.skipNBytes(padded(size) - size);
                }
                default -> throw new IOException("the archive holds what this plugin can't unpack: " + name);
            }
        }
    }

    private static boolean isEntry(byte[] header) throws IOException {
        if (header.length < BLOCK) {
            throw new EOFException("the archive ends in the middle");
        }
        return header[0] != 0;
    }

    private static void write(InputStream in, long size, Path target) throws IOException {
        Files.createDirectories(target.resolveSibling("."));
        try (var out = Files.newOutputStream(target)) {
            var buffer = new byte[64 * 1024];
            for (var left = size; left > 0; ) {
                var read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (read < 0) {
                    throw new EOFException("the archive ends in " + target.getFileName());
                }
                out.write(buffer, 0, read);
                left -= read;
            }
        }
    }

    private static long padded(long size) {
        return (size + BLOCK - 1) / BLOCK * BLOCK;
    }

    private static String text(byte[] header, int from, int length) {
        var end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, UTF_8);
    }
}
