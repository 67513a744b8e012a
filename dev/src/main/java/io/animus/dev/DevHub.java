package io.animus.dev;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A hub of its own for one plugin, unpacked anew each time. It takes the plugin from a folder, where Felix File Install looks ten
 * times a second; no other hub has such a folder.
 */
final class DevHub implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(50);

    private final Path home;
    private final String said;

    private DevHub(Path home, String said) {
        this.home = home;
        this.said = said;
    }

    /**
     * Unpacks and starts a hub.
     *
     * @param archive of the hub
     * @param home is emptied
     * @param plugin the hub starts without the one that it may bring under this name
     */
    static DevHub start(Path archive, Path home, int port, PluginFolder plugin)
            throws DevException, IOException, InterruptedException {
        Compiler.clear(home);
        run(home, List.of("tar", "--extract", "--gzip", "--strip-components=1", "--file", archive.toString()));
        var features = home.resolve("etc/org.apache.karaf.features.cfg");
        Files.writeString(features, without(plugin.name(), Files.readString(features)));
        Files.createDirectories(home.resolve("plugin"));
        Files.writeString(
                home.resolve("etc/org.apache.felix.fileinstall-plugin.cfg"),
                """
                felix.fileinstall.dir = %s
                felix.fileinstall.tmpdir = %s
                felix.fileinstall.filter = .*\\\\.jar
                felix.fileinstall.poll = 100
                felix.fileinstall.start.level = 80
                """
                        .formatted(home.resolve("plugin"), home.resolve("data/tmp/plugin")));
        var said = run(home, List.of(home.resolve("bin/animus").toString(), "start", "--port", Integer.toString(port)));
        return new DevHub(home, said.strip());
    }

    /** A list of features, each on a line of its own, without one of them. */
    static String without(String feature, String features) {
        var name = Pattern.quote(feature) + "/[^,\\s]+";
        return features.replaceAll(",\\s*\\\\\\s*" + name, "").replaceAll(name + ",\\s*\\\\\\s*", "");
    }

    /** What it said when it was started: where it is, and the key of its administrator. */
    String said() {
        return said;
    }

    Path log() {
        return home.resolve("data/log/animus.log");
    }

    /** Gives the hub a file of settings; it reads it within a second. */
    void configure(Path settings) throws IOException {
        var target = home.resolve("etc").resolve(settings.getFileName());
        if (!Files.exists(target) || Files.mismatch(settings, target) >= 0) {
            Files.copy(settings, target, REPLACE_EXISTING);
        }
    }

    /**
     * Hands over a bundle and waits until the hub has it in the place of the one before.
     *
     * @throws DevException with what the hub's log says, if it does not take it
     */
    void swap(PluginFolder plugin, Path bundle) throws DevException, IOException, InterruptedException {
        var before = Files.size(log());
        var half = home.resolve("plugin/.half");
        Files.copy(bundle, half, REPLACE_EXISTING);
        Files.move(half, home.resolve("plugin").resolve(plugin.name() + ".jar"), ATOMIC_MOVE);
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            if (HubLog.isStarted(log(), before, "plugin/" + plugin.name() + ".jar")) {
                return;
            }
            Thread.sleep(POLL.toMillis());
        }
        throw new DevException(
                "the hub did not take the bundle within " + PATIENCE.toSeconds() + " s; its log is " + log());
    }

    private static String run(Path folder, List<String> command)
            throws DevException, IOException, InterruptedException {
        // By way of a file: a hub keeps the stream of the script that started it.
        var said = Files.createTempFile("animus-dev", ".out");
        try {
            var process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            var status = process.waitFor();
            var text = Files.readString(said);
            if (status != 0) {
                throw new DevException(command.get(0) + " failed:\n" + text.strip());
            }
            return text;
        } finally {
            Files.delete(said);
        }
    }

    @Override
    public void close() {
        try {
            run(home, List.of(home.resolve("bin/animus").toString(), "stop"));
        } catch (IOException | DevException e) {
            System.err.println("the hub in " + home + " was not stopped: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
