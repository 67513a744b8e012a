package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/**
 * A tar archive on its way to becoming a folder. Symbolic links are made when everything else is in its place, so nothing
 * is ever written through one, and only if they stay inside however they are chained.
 */
final class TarTree {
    private static final int MAX_ENTRIES = 200_000;
    private static final int MAX_LINKS_ON_A_WAY = 40;
    // Of what describes one entry: its reader holds that as a whole.
    private static final int MAX_HEADER = 64 << 10;
    private static final int MAX_PATH = 4096;
    private static final int MAX_NAME = 255;
    // Of all links together, which are held until the end.
    private static final int MAX_LINK_TEXT = 1 << 20;

    private final Path root;
    private final long maxBytes;
    private final Map<List<String>, String> links = new LinkedHashMap<>();
    private long bytes;
    private int linkText;

    TarTree(Path root, long maxBytes) {
        this.root = root;
        this.maxBytes = maxBytes;
    }

    /**
     * Unpacks a POSIX (ustar, pax) archive into {@code root}, which must not exist.
     *
     * @throws UnsafeArchiveException if the archive leads out of the folder, holds something that is no file, folder or
     *     link, names a place twice, grows beyond the limit, or is no archive; what was unpacked stays
     */
    void unpack(InputStream archive) throws IOException, UnsafeArchiveException {
        makeFolder(root);
        var entries = 0;
        var headers = new HeaderLimit(archive);
        try (var tar = new TarArchiveInputStream(headers, "UTF-8")) {
            for (var entry = next(tar, headers); entry != null; entry = next(tar, headers)) {
                if (++entries > MAX_ENTRIES) {
                    throw new UnsafeArchiveException("it has more than " + MAX_ENTRIES + " entries");
                }
                place(tar, entry);
            }
        } catch (FileAlreadyExistsException e) {
            throw new UnsafeArchiveException("it names a place twice: " + root.relativize(Path.of(e.getFile())));
        }
        for (var link : links.entrySet()) {
            checkStaysInside(link.getKey(), link.getValue());
        }
        for (var link : links.entrySet()) {
            Files.createSymbolicLink(root.resolve(String.join("/", link.getKey())), Path.of(link.getValue()));
        }
    }

    // The archive is a file of this machine: what fails while it is read is its form.
    private static @Nullable TarArchiveEntry next(TarArchiveInputStream tar, HeaderLimit headers)
            throws UnsafeArchiveException {
        try {
            headers.left = MAX_HEADER;
            var entry = tar.getNextEntry();
            headers.left = Long.MAX_VALUE;
            return entry;
        } catch (IOException | IllegalArgumentException e) {
            throw new UnsafeArchiveException("it is not a tar archive: " + e.getMessage());
        }
    }

    private static int read(InputStream content, byte[] buffer) throws UnsafeArchiveException {
        try {
            return content.read(buffer);
        } catch (IOException e) {
            throw new UnsafeArchiveException("it ends too early: " + e.getMessage());
        }
    }

    private void place(TarArchiveInputStream tar, TarArchiveEntry entry) throws IOException, UnsafeArchiveException {
        if (entry.isGlobalPaxHeader()) {
            return;
        }
        var names = names(entry.getName());
        if (names.isEmpty()) {
            return;
        }
        var path = resolve(names);
        makeFolders(names.subList(0, names.size() - 1));
        if (links.containsKey(names)) {
            throw new UnsafeArchiveException("it names a place twice: " + entry.getName());
        }
        if (entry.isDirectory()) {
            makeFolders(names);
        } else if (entry.isSymbolicLink()) {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new UnsafeArchiveException("it names a place twice: " + entry.getName());
            }
            linkText += entry.getName().length() + entry.getLinkName().length();
            if (linkText > MAX_LINK_TEXT || entry.getLinkName().length() >= MAX_PATH) {
                throw new UnsafeArchiveException("its links are too many or too long");
            }
            links.put(names, entry.getLinkName());
        } else if (entry.isLink()) {
            link(path, names(entry.getLinkName()));
        } else if (isPlain(entry) && tar.canReadEntryData(entry)) {
            write(tar, path, (entry.getMode() & 0100) != 0);
        } else {
            throw new UnsafeArchiveException("it holds something that is no file, folder or link: " + entry.getName());
        }
    }

    private static boolean isPlain(TarArchiveEntry entry) {
        return switch (entry.getLinkFlag()) {
            case TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM, TarConstants.LF_CONTIG -> true;
            default -> false;
        };
    }

    private void write(InputStream content, Path path, boolean executable) throws IOException, UnsafeArchiveException {
        var buffer = new byte[1 << 16];
        try (var file = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (var read = read(content, buffer); read >= 0; read = read(content, buffer)) {
                bytes += read;
                if (bytes > maxBytes) {
                    throw new UnsafeArchiveException("it unpacks to more than " + maxBytes + " bytes");
                }
                file.write(buffer, 0, read);
            }
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }

    private void link(Path path, List<String> target) throws IOException, UnsafeArchiveException {
        var existing = resolve(target);
        if (!Files.isRegularFile(existing, LinkOption.NOFOLLOW_LINKS)) {
            throw new UnsafeArchiveException("a hard link leads to no file of it: " + root.relativize(path));
        }
        Files.createLink(path, existing);
    }

    private void makeFolders(List<String> names) throws IOException, UnsafeArchiveException {
        for (var depth = 1; depth <= names.size(); depth++) {
            var part = names.subList(0, depth);
            var folder = resolve(part);
            if (links.containsKey(part)) {
                throw new UnsafeArchiveException("it writes through a link: " + String.join("/", part));
            }
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                makeFolder(folder);
            }
        }
    }

    private static void makeFolder(Path folder) throws IOException {
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path resolve(List<String> names) throws UnsafeArchiveException {
        try {
            return root.resolve(String.join("/", names));
        } catch (InvalidPathException e) {
            throw new UnsafeArchiveException("it holds a name that this machine can't have");
        }
    }

    private static List<String> names(String path) throws UnsafeArchiveException {
        if (path.startsWith("/")) {
            throw new UnsafeArchiveException("it holds an absolute name: " + path);
        }
        if (path.length() >= MAX_PATH) {
            throw new UnsafeArchiveException("it holds a name that this machine can't have");
        }
        var names = new ArrayList<String>();
        for (var name : path.split("/")) {
            if (name.getBytes(UTF_8).length > MAX_NAME) {
                throw new UnsafeArchiveException("it holds a name that this machine can't have");
            }
            if (name.equals("..")) {
                throw new UnsafeArchiveException("it leads out of its folder: " + path);
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return names;
    }

    /** Walks from a link to where it ends as the system would, over the links of this archive. */
    private void checkStaysInside(List<String> link, String target) throws UnsafeArchiveException {
        var at = new ArrayList<>(link.subList(0, link.size() - 1));
        var ahead = new ArrayDeque<>(List.of(target.split("/")));
        var followed = 1;
        var leaves = target.startsWith("/") || target.isEmpty();
        while (!leaves && !ahead.isEmpty()) {
            var name = ahead.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                leaves = at.isEmpty();
                if (!leaves) {
                    at.remove(at.size() - 1);
                }
                continue;
            }
            at.add(name);
            var next = links.get(at);
            if (next != null) {
                at.remove(at.size() - 1);
                leaves = next.startsWith("/") || ++followed > MAX_LINKS_ON_A_WAY;
                var names = next.split("/");
                for (var i = names.length - 1; i >= 0; i--) {
                    ahead.push(names[i]);
                }
            }
        }
        if (leaves) {
            throw new UnsafeArchiveException("a link leads out of its folder: " + String.join("/", link));
        }
    }

    /** Ends an archive that says too much of one entry. */
    private static final class HeaderLimit extends FilterInputStream {
        private long left;

        HeaderLimit(InputStream archive) {
            super(archive);
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            var count = super.read(buffer, offset, length);
            left -= Math.max(0, count);
            if (left < 0) {
                throw new IOException("an entry is described by more than " + MAX_HEADER + " bytes");
            }
            return count;
        }
    }
}
