package io.animus.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A log in a folder. */
record FolderFiles(Path root) implements LogFiles {
    @Override
    public boolean has(String path) {
        return Files.isRegularFile(root.resolve(path));
    }

    @Override
    public InputStream open(String path) throws IOException {
        return Files.newInputStream(root.resolve(path));
    }

    @Override
    public List<String> list(String folder) throws IOException {
        var inside = root.resolve(folder);
        if (!Files.isDirectory(inside)) {
            return List.of();
        }
        try (var files = Files.list(inside)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Override
    public void close() {
        // A folder holds nothing open.
    }
}
