package io.animus.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipFile;

/** A log in a ZIP file. Only the directory of the file is kept in memory: about 20 KB for 100,000 leaves. */
final class ZipFiles implements LogFiles {
    private final ZipFile zip;

    ZipFiles(Path path) throws IOException {
        zip = new ZipFile(path.toFile());
    }

    @Override
    public boolean has(String path) {
        var entry = zip.getEntry(path);
        return entry != null && !entry.isDirectory();
    }

    @Override
    public InputStream open(String path) throws IOException {
        var entry = zip.getEntry(path);
        if (entry == null) {
            throw new NoSuchFileException(path);
        }
        return zip.getInputStream(entry);
    }

    @Override
    public List<String> list(String folder) {
        return zip.stream()
                .filter(entry -> !entry.isDirectory() && entry.getName().startsWith(folder + "/"))
                .map(entry -> entry.getName().substring(folder.length() + 1))
                .toList();
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
