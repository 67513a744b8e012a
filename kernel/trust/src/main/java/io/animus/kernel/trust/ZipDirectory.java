package io.animus.kernel.trust;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Looks at the end of a ZIP file, before Java's reader takes its whole directory into memory. */
final class ZipDirectory {
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END_SIZE = 22;
    private static final int SIZE_AT = 12;
    private static final int COMMENT_AT = 20;

    private ZipDirectory() {}

    /** @throws BrokenPackageException if it is no ZIP file, has a comment, or a directory of more than {@code most} bytes */
    static void check(Path file, int most) throws BrokenPackageException, IOException {
        try (var channel = FileChannel.open(file)) {
            var end = ByteBuffer.allocate(END_SIZE).order(ByteOrder.LITTLE_ENDIAN);
            var at = channel.size() - END_SIZE;
            while (at >= 0 && end.hasRemaining() && channel.read(end, at + end.position()) >= 0) {
                continue;
            }
            // A comment would move the end, and no packer of ours writes one.
            if (end.hasRemaining() || end.getInt(0) != END_SIGNATURE || end.getShort(COMMENT_AT) != 0) {
                throw PackageReader.broken("It is no ZIP file, or was cut off.");
            }
            if (Integer.toUnsignedLong(end.getInt(SIZE_AT)) > most) {
                throw PackageReader.broken("It names more files than a package may hold.");
            }
        }
    }
}
