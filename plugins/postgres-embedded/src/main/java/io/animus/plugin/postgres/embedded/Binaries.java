package io.animus.plugin.postgres.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's programs: unpacked once per version, and compared before each later start with what this version has, so that
 * a changed tree is replaced rather than run. One that was written half never gets its name.
 */
final class Binaries {
    /** The major version, which the files of a database belong to. */
    static final String MAJOR = "18";

    private static final Logger LOG = LoggerFactory.getLogger(Binaries.class);
    private static final String ARCHIVE = "/postgres-linux-x86_64.tar";

    /**
     * Of the files in {@link #ARCHIVE}. What was just unpacked is not held against it: both stand in one jar, which is
     * verified as a whole, and in a JVM that has just started that takes most of a second.
     */
    private static final Digest FILES =
            new Digest("sha256:edaf79b4700cdce22296c13ced0356e41bca47c9d2fc732c465127c0b2b8acca");

    private static final String VERSION = "18.4-" + FILES.hex().substring(0, 12);

    private Binaries() {}

    /**
     * Unpacks the programs below {@code parent} unless they are there.
     *
     * @return the folder with {@code bin}, {@code lib} and {@code share}
     */
    static Path unpackedIn(Path parent) throws IOException {
        var folder = parent.resolve(VERSION);
        if (!isSound(folder)) {
            var fresh = parent.resolve(VERSION + ".new");
            delete(fresh);
            delete(folder);
            Files.createDirectories(fresh);
            unpack(fresh);
            openToTheServer(parent);
            Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
        }
        return folder;
    }

    /** The server runs as another user, and must find its programs whatever the umask of whoever started the hub. */
    private static void openToTheServer(Path parent) throws IOException {
        try (var files = Files.walk(parent)) {
            for (var folder : files.filter(Files::isDirectory).toList()) {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    /** Removes the folder and everything in it; does nothing where there is none. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static boolean isSound(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        var sound = digestOf(folder).equals(FILES);
        if (!sound) {
            LOG.warn("the PostgreSQL programs in {} were changed; unpacking them again", folder);
        }
        return sound;
    }

    private static void unpack(Path folder) throws IOException {
        try (var archive = Binaries.class.getResourceAsStream(ARCHIVE)) {
            if (archive == null) {
                throw new IOException("the plugin's jar lacks " + ARCHIVE);
            }
            Tar.unpack(new BufferedInputStream(archive, 1 << 16), folder);
        }
    }

    private static Digest digestOf(Path folder) throws IOException {
        var hash = Digest.sha256();
        try (var files = Files.walk(folder)) {
            files.sorted().forEach(f -> add(hash, folder, f));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return Digest.finish(hash);
    }

    private static void add(MessageDigest hash, Path folder, Path file) {
        try {
            var content = Digest.sha256();
            var attributes = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isRegularFile()) {
                try (InputStream in = new DigestInputStream(Files.newInputStream(file), content)) {
                    in.transferTo(OutputStream.nullOutputStream());
                }
            } else if (attributes.isSymbolicLink()) {
                content.update(bytes(Files.readSymbolicLink(file).toString()));
            }
            for (var part : List.of(
                    folder.relativize(file),
                    attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE),
                    Digest.finish(content))) {
                hash.update(bytes(part + "\0"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
