package io.animus.kernel.shell;

import static java.nio.file.StandardOpenOption.READ;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Digest;
import io.animus.kernel.core.PluginRuntime.Installed;
import io.animus.kernel.trust.BrokenPackageException;
import io.animus.kernel.trust.PackageReader;
import io.animus.kernel.trust.PluginPackage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** A copy of a package, which nobody can change any more before it is installed; gone when this is closed. */
record PackageCopy(Path file) implements AutoCloseable {

    /** Copies a file, whose name is taken as whoever sits at the terminal means it. */
    static PackageCopy of(Session session, String name) throws CommandException, IOException {
        var file = file(session, name);
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw unreadable(file.toString());
        }
        var copy = Files.createTempFile("plugin-", ".animus");
        try (var from = FileChannel.open(file, READ);
                var to = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            // One byte too many is enough to be refused.
            var size = Math.min(from.size(), PackageReader.MAX_PACKAGE + 1);
            for (long at = 0, moved = 1; at < size && moved > 0; at += moved) {
                moved = from.transferTo(at, size - at, to);
            }
            return new PackageCopy(copy);
        } catch (IOException e) {
            Files.delete(copy);
            throw e;
        }
    }

    private static Path file(Session session, String name) throws CommandException {
        try {
            return session.currentDir().resolve(name);
        } catch (InvalidPathException e) {
            // The locale of the hub may have no letters for it.
            throw unreadable(name);
        }
    }

    private static CommandException unreadable(String file) {
        return Door.failure("The hub can't read a file " + Desk.shown(file)
                + ". Name a package (*.animus) that the hub's user may read.");
    }

    /**
     * The permissions that the operator agrees to: those given, or after being shown what is new, all that the package asks for.
     *
     * @param given digest of permissions, or null
     * @return null if there is nothing to agree to
     */
    @Nullable Digest consent(Desk desk, @Nullable String given) throws CommandException, IOException {
        if (given != null) {
            return digest(given);
        }
        var plugin = read();
        if (plugin.isEmpty()) {
            // Nothing to show: whoever judges it says what is wrong.
            return null;
        }
        var name = plugin.get().manifest().name();
        var before = desk.read(hub -> hub.plugins().list(desk.caller())).stream()
                .filter(one -> one.name().equals(name))
                .map(Installed::permissions)
                .findFirst();
        var wanted = plugin.get().permissions();
        var added = wanted.beyond(before.orElse(Permissions.NONE));
        if (added.isEmpty()) {
            return null;
        }
        desk.out()
                .println(
                        Desk.shown(name) + " " + plugin.get().manifest().version() + " asks for what it can't do now:");
        added.forEach(one -> desk.out().println("  " + Desk.shown(one)));
        desk.out().println("Digest of all that it asks for: " + wanted.digest());
        if (!Questions.agree(desk.session(), "Do you agree?")) {
            throw Door.failure("Nothing was done: you did not agree. To agree without being asked, add --consent "
                    + wanted.digest() + ".");
        }
        return wanted.digest();
    }

    private static Digest digest(String given) throws CommandException {
        try {
            return new Digest(given);
        } catch (IllegalArgumentException e) {
            throw Door.failure("INVALID_PARAMETER: --consent must be sha256: and 64 lower-case hex digits.");
        }
    }

    private Optional<PluginPackage> read() throws IOException {
        try {
            return Optional.of(PackageReader.read(file));
        } catch (BrokenPackageException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
