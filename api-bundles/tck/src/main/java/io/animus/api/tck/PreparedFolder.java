package io.animus.api.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What takes long to make in a folder, such as a database with its tables: made once per process, when first wanted, then
 * copied for every test class that needs its own. Goes when the process ends. Safe for use by many threads.
 */
public final class PreparedFolder {
    private final Maker maker;
    private @Nullable Path made;

    /** Fills an empty folder, and leaves nobody at work in it. */
    @FunctionalInterface
    public interface Maker {
        void fill(Path folder) throws Exception;
    }

    public PreparedFolder(Maker maker) {
        this.maker = maker;
    }

    /**
     * Copies all of it, with owners and permissions.
     *
     * @param target a folder, which becomes the copy; need not exist
     * @throws IllegalStateException if it can't be made or copied
     */
    public synchronized void copyTo(Path target) {
        try {
            var source = made == null ? make() : made;
            made = source;
            run("cp", "-a", source + "/.", target.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (Exception e) {
            throw new IllegalStateException("can't prepare " + target, e);
        }
    }

    private Path make() throws Exception {
        var folder = Files.createTempDirectory("animus-prepared");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder), "animus-prepared"));
        maker.fill(folder);
        return folder;
    }

    private static void remove(Path folder) {
        try {
            run("rm", "-rf", folder.toString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }
}
