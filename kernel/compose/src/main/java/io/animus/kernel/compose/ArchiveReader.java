package io.animus.kernel.compose;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads a hub's archive from front to end, with limits. Writes nothing. */
final class ArchiveReader {
    private static final int MOST_ENTRIES = 20_000;
    private static final long MOST_BYTES = 4L << 30;
    private static final int LONGEST_PATH = 500;

    private ArchiveReader() {}

    /**
     * A file in an archive.
     *
     * @param path below the archive's one folder, with slashes; no empty, {@code .} or {@code ..} step
     */
    record Entry(String path, boolean isExecutable, long size) {}

    /** Gets the files in the order of the archive. */
    @FunctionalInterface
    interface Visitor {
        /** @param content of the file; whatever isn't read is skipped */
        void visit(Entry entry, InputStream content) throws IOException, BrokenArchiveException;
    }

    /**
     * @return the name of the archive's one folder
     * @throws BrokenArchiveException if it holds anything but files in one folder: a link, a device, a path out of it, a file twice
     */
    static String read(Path archive, Visitor visitor) throws IOException, BrokenArchiveException {
        try (var file = new BufferedInputStream(Files.newInputStream(archive), 1 << 16)) {
            return read(archive, new TarArchiveInputStream(new GZIPInputStream(file, 1 << 16), "UTF-8"), visitor);
        } catch (java.util.zip.ZipException | java.io.EOFException e) {
            throw new BrokenArchiveException(archive + " is cut off or no tar.gz: " + e.getMessage());
        }
    }

    private static String read(Path archive, TarArchiveInputStream tar, Visitor visitor)
            throws IOException, BrokenArchiveException {
        String top = null;
        var seen = new HashSet<String>();
        var bytes = 0L;
        for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            var name = entry.getName();
            bytes += entry.getSize();
            if (seen.size() >= MOST_ENTRIES || bytes > MOST_BYTES || name.length() > LONGEST_PATH) {
                throw new BrokenArchiveException(archive + " is larger than any archive of a hub");
            }
            var slash = name.indexOf('/');
            var folder = slash < 0 ? name : name.substring(0, slash);
            top = top == null ? folder : top;
            if (!isPlain(entry) || !folder.equals(top) || !seen.add(name)) {
                throw new BrokenArchiveException(
                        archive + " holds " + name + ", which is no file or folder of its own in " + top);
            }
            if (entry.isFile()) {
                var isExecutable = (entry.getMode() & 0100) != 0;
                visitor.visit(new Entry(name.substring(slash + 1), isExecutable, entry.getSize()), tar);
            }
        }
        if (top == null) {
            throw new BrokenArchiveException(archive + " is empty");
        }
        return top;
    }

    private static boolean isPlain(TarArchiveEntry entry) {
        var name = entry.getName();
        var steps = entry.isDirectory() && name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        for (var step : steps.split("/", -1)) {
            if (step.isEmpty() || step.equals(".") || step.equals("..") || step.indexOf('\\') >= 0) {
                return false;
            }
        }
        return entry.isDirectory()
                || (entry.isFile()
                        && !entry.isLink()
                        && !entry.isSymbolicLink()
                        && !entry.isSparse()
                        && steps.indexOf('/') > 0);
    }
}
