package io.animus.plugin.executor.container;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Empty disks with an ext4 file system, without a program to make each: what {@code mkfs} wrote to the first of a size, some
 * ten KiB in a sparse file, is remembered and written to the others. So disks of one size have the same UUID, by which
 * nothing here looks for them. {@code mkfs} also waits four times until the machine's disk has its bytes, of which a disk that
 * is thrown away has no need. Safe for use by many threads.
 */
final class BlankDisks {
    private static final int MAX_KINDS = 16;
    private static final int MAX_BYTES = 4 << 20;
    // No journal and no copies of the superblock: nobody repairs or grows a disk that is thrown away.
    private static final String FEATURES = "^has_journal,^resize_inode,sparse_super2";

    private final Map<Kind, List<Piece>> known = new LinkedHashMap<>(MAX_KINDS, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Kind, List<Piece>> eldest) {
            return size() > MAX_KINDS;
        }
    };

    private record Kind(long bytes, String owner) {}

    /** What is not a hole. */
    private record Piece(long offset, ByteBuffer content) {}

    /**
     * Makes a sparse file with an empty file system.
     *
     * @param file does not exist; others may be made in its folder beside it for a moment
     * @param owner user and group id of its root folder, joined by a colon
     */
    void make(Path file, long bytes, String owner) throws IOException {
        var kind = new Kind(bytes, owner);
        var pieces = find(kind);
        try (var disk = new RandomAccessFile(file.toFile(), "rw")) {
            disk.setLength(bytes);
            if (pieces != null) {
                write(pieces, disk.getChannel());
                return;
            }
        }
        var options = "num_backup_sb=0,lazy_itable_init=1,nodiscard,root_owner=" + owner;
        HostCommand.run("mkfs.ext4", "-q", "-F", "-m", "0", "-O", FEATURES, "-E", options, file.toString());
        remember(kind, read(file));
    }

    private synchronized @Nullable List<Piece> find(Kind kind) {
        return known.get(kind);
    }

    private synchronized void remember(Kind kind, List<Piece> pieces) {
        if (pieces.stream().mapToLong(p -> p.content().limit()).sum() <= MAX_BYTES) {
            known.put(kind, pieces);
        }
    }

    private static void write(List<Piece> pieces, FileChannel disk) throws IOException {
        for (var piece : pieces) {
            var content = piece.content().duplicate();
            for (var at = piece.offset(); content.hasRemaining(); ) {
                at += disk.write(content, at);
            }
        }
    }

    private static List<Piece> read(Path file) throws IOException {
        var map = file.resolveSibling(file.getFileName() + ".map");
        // Where the holes are is what Java can't ask for, and tar can.
        var folder = Objects.requireNonNull(file.getParent()).toString();
        var name = Objects.requireNonNull(file.getFileName()).toString();
        HostCommand.run("tar", "--create", "--sparse", "--format=gnu", "--file", map.toString(), "-C", folder, name);
        var pieces = new ArrayList<Piece>();
        try (var archive = new TarArchiveInputStream(Files.newInputStream(map));
                var disk = FileChannel.open(file, StandardOpenOption.READ)) {
            for (var data : archive.getNextEntry().getOrderedSparseHeaders()) {
                var content = ByteBuffer.allocate(Math.toIntExact(data.getNumbytes()));
                while (content.hasRemaining() && disk.read(content, data.getOffset() + content.position()) >= 0) {}
                pieces.add(new Piece(data.getOffset(), content.flip().asReadOnlyBuffer()));
            }
        }
        Files.delete(map);
        return List.copyOf(pieces);
    }
}
