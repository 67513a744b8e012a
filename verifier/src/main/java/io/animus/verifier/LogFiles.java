package io.animus.verifier;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of a log: a folder, or a ZIP file with the same layout. Nothing in them is trusted. */
interface LogFiles extends Closeable {

    /** @throws IOException if there is neither a folder nor a ZIP file */
    static LogFiles open(Path path) throws IOException {
        return Files.isDirectory(path) ? new FolderFiles(path) : new ZipFiles(path);
    }

    boolean has(String path);

    /** @throws IOException if there is no such file */
    InputStream open(String path) throws IOException;

    /** The names of the files in a folder of the log; none if the folder is not there. */
    List<String> list(String folder) throws IOException;

    /**
     * A whole file.
     *
     * @param limit the most bytes that are right in it
     * @throws FindingException {@link Fault#UNREADABLE} if it is missing, larger or cannot be read
     */
    default byte[] read(String path, int limit) throws FindingException {
        if (!has(path)) {
            throw new FindingException(
                    Fault.UNREADABLE, "The file " + path + " is missing, so the log cannot be judged.");
        }
        try (var input = open(path)) {
            var bytes = input.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw new FindingException(
                        Fault.UNREADABLE,
                        "The file " + path + " has more than " + limit + " bytes, which no right one has.");
            }
            return bytes;
        } catch (IOException e) {
            throw new FindingException(
                    Fault.UNREADABLE,
                    "The file " + path + " cannot be read (" + e.getMessage() + "), so the log cannot be judged.");
        }
    }

    /**
     * A tile or an entry bundle.
     *
     * @param path of the full one
     * @param width of the one that is wanted
     */
    default byte[] readTile(String path, int width, int limit) throws FindingException {
        return read(isOnlyFull(path, width) ? path : path + TilePath.partial(width), limit);
    }

    /** Whether the full one is there, alone: it may take the place of a partial one that is missing (C2SP tlog-tiles). */
    default boolean isOnlyFull(String path, int width) {
        return width == TilePath.WIDTH || !has(path + TilePath.partial(width)) && has(path);
    }
}
