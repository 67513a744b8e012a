package io.animus.kernel.compose;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/**
 * Writes a hub's archive whose bytes depend on nothing but its content: no times, no users, no compression, whose outcome
 * depends on the library (jars, nearly all of it, are compressed already).
 */
final class ArchiveWriter implements AutoCloseable {
    private static final int EXECUTABLE = 0100755;
    private static final int PLAIN = 0100644;
    private static final int FOLDER = 0040755;

    private final String top;
    private final TarArchiveOutputStream tar;
    private final Set<String> folders = new HashSet<>();

    /** @throws java.nio.file.FileAlreadyExistsException if there is such a file */
    ArchiveWriter(Path file, String top) throws IOException {
        this.top = top;
        var parameters = new GzipParameters();
        parameters.setCompressionLevel(Deflater.NO_COMPRESSION);
        parameters.setModificationTime(0);
        parameters.setOperatingSystem(255);
        var out = new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW), 1 << 16);
        tar = new TarArchiveOutputStream(new GzipCompressorOutputStream(out, parameters), "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    }

    void add(ArchiveReader.Entry entry, InputStream content) throws IOException {
        addFolders(entry.path());
        put(entry.path(), entry.isExecutable() ? EXECUTABLE : PLAIN, entry.size());
        content.transferTo(tar);
        tar.closeArchiveEntry();
    }

    void add(String path, boolean isExecutable, byte[] content) throws IOException {
        add(new ArchiveReader.Entry(path, isExecutable, content.length), new ByteArrayInputStream(content));
    }

    private void addFolders(String path) throws IOException {
        for (var slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            var folder = path.substring(0, slash + 1);
            if (folders.add(folder)) {
                put(folder, FOLDER, 0);
                tar.closeArchiveEntry();
            }
        }
    }

    private void put(String path, int mode, long size) throws IOException {
        var entry = new TarArchiveEntry(top + "/" + path);
        entry.setMode(mode);
        entry.setSize(size);
        entry.setModTime(0L);
        entry.setIds(0, 0);
        entry.setNames("", "");
        tar.putArchiveEntry(entry);
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }
}
