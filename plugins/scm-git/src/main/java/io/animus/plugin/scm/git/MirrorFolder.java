package io.animus.plugin.scm.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** Measures and removes folders of the cache, in which files come and go meanwhile. */
final class MirrorFolder extends SimpleFileVisitor<Path> {
    private final boolean deletes;
    private long size;

    private MirrorFolder(boolean deletes) {
        this.deletes = deletes;
    }

    /** Bytes in all files below {@code folder}; 0 if there is none. */
    static long size(Path folder) {
        return walk(folder, new MirrorFolder(false));
    }

    /** Removes {@code folder} and all below it; does nothing if there is none. */
    static void delete(Path folder) {
        walk(folder, new MirrorFolder(true));
    }

    private static long walk(Path folder, MirrorFolder visitor) {
        try {
            Files.walkFileTree(folder, visitor);
            return visitor.size;
        } catch (IOException e) {
            throw new UncheckedIOException("the cache folder can't be used", e);
        }
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        size += attributes.size();
        if (deletes) {
            Files.deleteIfExists(file);
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
        if (failure instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE;
        }
        throw failure;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
        if (deletes) {
            Files.deleteIfExists(folder);
        }
        return FileVisitResult.CONTINUE;
    }
}
