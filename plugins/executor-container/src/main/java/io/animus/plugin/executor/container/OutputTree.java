package io.animus.plugin.executor.container;

import io.animus.api.executor.JobOutput;
import io.animus.api.executor.JobOutputs;
import io.animus.api.types.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a job left. Every step goes from an open folder to an entry of it without following links, so no name that the job
 * chose can lead anywhere else.
 */
final class OutputTree {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_REFUSED = 1000;

    private final Path root;
    private final long maxBytes;
    private final List<JobOutput> files = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private long bytes;

    /**
     * @param maxBytes of all files together. A file with holes, or under several names, can have any size on a small disk,
     *     and would be read and kept in full
     */
    OutputTree(Path root, long maxBytes) {
        this.root = root;
        this.maxBytes = maxBytes;
    }

    /** All regular files with their digests; the rest is named with a reason. */
    JobOutputs read() throws IOException {
        try (var folder = open(root)) {
            read(folder, "", 1);
        }
        files.sort(Comparator.comparing(JobOutput::path));
        return new JobOutputs(files, refused);
    }

    private void read(SecureDirectoryStream<Path> folder, String prefix, int depth) throws IOException {
        for (var entry : folder) {
            var name = entry.getFileName();
            var path = prefix + name;
            var attributes = attributes(folder, name);
            if (attributes.isDirectory() && depth < MAX_DEPTH) {
                try (var inner = folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                    read(inner, path + "/", depth + 1);
                }
            } else if (isTaken(attributes)) {
                bytes += attributes.size();
                files.add(new JobOutput(path, digest(folder, name), attributes.size()));
            } else {
                refuse(path, attributes);
            }
        }
    }

    private boolean isTaken(BasicFileAttributes attributes) {
        return attributes.isRegularFile()
                && files.size() < JobOutputs.MAX_FILES
                && attributes.size() <= maxBytes - bytes;
    }

    private void refuse(String path, BasicFileAttributes attributes) {
        var why = "is a special file";
        if (attributes.isSymbolicLink()) {
            why = "is a link";
        } else if (attributes.isRegularFile() && files.size() < JobOutputs.MAX_FILES) {
            why = "is larger, with its holes and other names, than what the disk can hold";
        } else if (attributes.isRegularFile()) {
            why = "is one file more than " + JobOutputs.MAX_FILES;
        } else if (attributes.isDirectory()) {
            why = "is deeper than " + MAX_DEPTH + " folders";
        }
        if (refused.size() < MAX_REFUSED) {
            refused.add(path + " " + why);
        } else if (refused.size() == MAX_REFUSED) {
            refused.add("and more");
        }
    }

    private static Digest digest(SecureDirectoryStream<Path> folder, Path name) throws IOException {
        var hash = Digest.sha256();
        try (var content = new DigestInputStream(content(folder, name), hash)) {
            content.transferTo(OutputStream.nullOutputStream());
        }
        return Digest.finish(hash);
    }

    /** The content of one file; empty if no regular file is there, or a link is on the way. */
    Optional<InputStream> open(String path) throws IOException {
        var names = Path.of(path).normalize();
        if (names.isAbsolute() || !names.toString().equals(path) || path.startsWith("..") || path.isEmpty()) {
            return Optional.empty();
        }
        var folder = open(root);
        try {
            for (var depth = 0; depth < names.getNameCount() - 1; depth++) {
                if (!attributes(folder, names.getName(depth)).isDirectory()) {
                    return Optional.empty();
                }
                var inner = folder.newDirectoryStream(names.getName(depth), LinkOption.NOFOLLOW_LINKS);
                folder.close();
                folder = inner;
            }
            var name = names.getFileName();
            // Asked before it is opened: opening a named pipe would wait for a writer for ever.
            return attributes(folder, name).isRegularFile() ? Optional.of(content(folder, name)) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } finally {
            folder.close();
        }
    }

    private static InputStream content(SecureDirectoryStream<Path> folder, Path name) throws IOException {
        var options = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        return Channels.newInputStream(folder.newByteChannel(name, options));
    }

    private static BasicFileAttributes attributes(SecureDirectoryStream<Path> folder, Path name) throws IOException {
        return folder.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }

    private static SecureDirectoryStream<Path> open(Path folder) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(folder);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException("this machine can't read a folder without following links");
    }
}
