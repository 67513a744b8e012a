package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

/**
 * What the data plane of a work folder is called: made up by the first executor that uses the folder and kept in it, so that
 * hubs which share the folder agree, and hubs which don't never do. A work folder belongs to one engine.
 */
final class DataPlaneName {
    private static final String FILE = ".data-plane";

    private DataPlaneName() {}

    static String of(Path workFolder) throws IOException {
        var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Files.createDirectories(workFolder, mine);
        var file = workFolder.resolve(FILE);
        if (!Files.exists(file)) {
            // Linked when it is whole: nobody reads a half of it, and of two that come at once both read the first
            // one's.
            var made = Files.createTempFile(workFolder, FILE, "");
            try {
                Files.writeString(made, "container-" + UUID.randomUUID(), US_ASCII);
                Files.createLink(file, made);
            } catch (FileAlreadyExistsException e) {
                // Then it is the other one's.
            } finally {
                Files.delete(made);
            }
        }
        return Files.readString(file, US_ASCII).strip();
    }
}
