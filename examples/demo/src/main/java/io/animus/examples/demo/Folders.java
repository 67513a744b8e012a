package io.animus.examples.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Where the demo keeps things. All of it is below {@code .animus/} of the checkout, but for sockets and what must not
 * outlive a reboot.
 *
 * @param checkout the folder with the hub's sources, absolute
 */
record Folders(Path checkout) {
    /** Whether the demo runs as root, which decides how containers are run. */
    static boolean root() {
        return "root".equals(System.getProperty("user.name"));
    }

    Folders {
        checkout = checkout.toAbsolutePath().normalize();
        if (!Files.isRegularFile(checkout.resolve("examples/penguins/penguins.csv"))) {
            throw DemoException.missing(
                    "no checkout of Animus Hub: " + checkout,
                    "run ./animus demo in the checkout, or pass --checkout FOLDER");
        }
    }

    /** Everything that the demo keeps. */
    Path state() {
        return checkout.resolve(".animus");
    }

    Path image() {
        return state().resolve("image");
    }

    Path registry() {
        return state().resolve("registry");
    }

    Path engine() {
        return state().resolve("engine");
    }

    Path hub() {
        return state().resolve("hub");
    }

    /** Git repositories, one for each project that was made. */
    Path repositories() {
        return state().resolve("repositories");
    }

    /** What one demo left for its reader: the model, the keys. */
    Path results(String project) {
        return state().resolve("demo").resolve(project);
    }

    Path penguins() {
        return checkout.resolve("examples/penguins");
    }

    /** The newest archive that {@code distribution} built. */
    Optional<Path> archive() throws IOException {
        return newest("distribution/target", "animus-hub-*.tar.gz");
    }

    /** The auditors' program. */
    Path verifier() throws IOException {
        return newest("verifier/target", "animus-verify-*[0-9T].jar")
                .orElseThrow(() -> DemoException.missing(
                        "animus-verify is not built", "run ./animus demo, or mvn -q package -DskipTests"));
    }

    private Optional<Path> newest(String folder, String glob) throws IOException {
        var built = checkout.resolve(folder);
        if (!Files.isDirectory(built)) {
            return Optional.empty();
        }
        try (var archives = Files.newDirectoryStream(built, glob)) {
            Path newest = null;
            for (var archive : archives) {
                if (newest == null
                        || Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(newest)) > 0) {
                    newest = archive;
                }
            }
            return Optional.ofNullable(newest);
        }
    }

    /** Short, because a socket's path has at most 107 bytes, and empty after a reboot. */
    Path runtime() {
        var name = "animus-demo-"
                + Sha256.of(checkout.toString().getBytes(StandardCharsets.UTF_8))
                        .hex()
                        .substring(0, 8);
        if (root()) {
            return Path.of("/run", name);
        }
        var user = System.getenv("XDG_RUNTIME_DIR");
        return user == null ? state().resolve("run") : Path.of(user, name);
    }

    /** Makes a folder that only its owner can look into. */
    static Path makePrivate(Path folder) throws IOException {
        Files.createDirectories(folder);
        return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
}
