package io.animus.dev;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Watches a plugin's sources, and keeps what they make running in a hub. Ends with the process. */
public final class Dev {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int USAGE = 2;

    private final PrintStream out;
    private final PluginFolder plugin;
    private final List<String> mavenOptions;
    private final Bundler bundler;
    private List<Path> classPath = List.of();
    private boolean hasRun;

    private Dev(PrintStream out, PluginFolder plugin, List<String> mavenOptions, Bundler bundler) {
        this.out = out;
        this.plugin = plugin;
        this.mavenOptions = List.copyOf(mavenOptions);
        this.bundler = bundler;
    }

    /** {@code CHECKOUT ARCHIVE PORT PLUGIN-FOLDER [MAVEN-OPTION]...}: the script {@code animus} knows them. */
    public static void main(String[] words) {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try {
            var plugin = PluginFolder.of(Path.of(words[3]));
            var options = List.of(words).subList(4, words.length);
            var checkout = Path.of(words[0]);
            var dev = new Dev(out, plugin, options, Bundler.of(checkout));
            var home = checkout.resolve(".animus/dev").resolve(plugin.name());
            dev.run(Path.of(words[1]), home, Integer.parseInt(words[2]));
        } catch (DevException | IOException e) {
            System.err.println("animus dev: " + e.getMessage());
            System.exit(1);
        } catch (InterruptedException e) {
            System.exit(USAGE);
        }
    }

    private void run(Path archive, Path home, int port) throws DevException, IOException, InterruptedException {
        out.println(plugin.name() + ": asking Maven for the class path");
        classPath = plugin.classPath(mavenOptions);
        out.println("starting a hub for it in " + home);
        var hub = DevHub.start(archive, home, port, plugin);
        Runtime.getRuntime().addShutdownHook(new Thread(hub::close, "animus-dev-stop"));
        out.println(hub.said());
        out.println("its log: " + hub.log());
        var seen = plugin.look();
        turn(hub, seen);
        out.println("watching " + plugin.home() + "; Ctrl-C ends this and the hub");
        while (true) {
            Thread.sleep(POLL.toMillis());
            var now = plugin.look();
            if (!now.equals(seen)) {
                out.println("changed: " + String.join(", ", changed(seen, now)));
                if (!now.getOrDefault(Path.of("pom.xml"), "").equals(seen.getOrDefault(Path.of("pom.xml"), ""))) {
                    askMaven();
                }
                seen = now;
                turn(hub, seen);
            }
        }
    }

    private void askMaven() throws IOException, InterruptedException {
        try {
            classPath = plugin.classPath(mavenOptions);
        } catch (DevException e) {
            out.println(e.getMessage());
        }
    }

    /** Compiles, makes the bundle and swaps it; what goes wrong is told, and what ran goes on. */
    private void turn(DevHub hub, Map<Path, String> seen) throws IOException, InterruptedException {
        var begin = System.nanoTime();
        // Each time another version, so that logs and /api/v1/composition tell which one runs.
        var version = plugin.version() + ".dev-" + System.currentTimeMillis();
        try {
            for (var settings : plugin.settings()) {
                hub.configure(settings);
            }
            var classes = plugin.made().resolve("classes");
            var bundle = plugin.made().resolve(plugin.name() + ".jar");
            Compiler.compile(plugin, classPath, classes);
            copyResources(classes, seen);
            bundler.bundle(plugin, classPath, classes, version, bundle);
            var built = System.nanoTime();
            swap(hub, bundle);
            var end = System.nanoTime();
            out.printf(
                    "runs: %s %s, built in %d ms, swapped in %d ms%n",
                    plugin.name(), version, (built - begin) / 1_000_000, (end - built) / 1_000_000);
        } catch (DevException e) {
            out.println(e.getMessage());
            out.println(hasRun ? "not swapped: what ran goes on" : "nothing runs yet");
        }
    }

    /** A bundle that doesn't start has taken the place of the one before, so that is put back. */
    private void swap(DevHub hub, Path bundle) throws DevException, IOException, InterruptedException {
        var good = plugin.made().resolve(plugin.name() + ".good");
        try {
            hub.swap(plugin, bundle);
            Files.copy(bundle, good, StandardCopyOption.REPLACE_EXISTING);
            hasRun = true;
        } catch (DevException e) {
            if (hasRun) {
                hub.swap(plugin, good);
            }
            throw e;
        }
    }

    private void copyResources(Path classes, Map<Path, String> seen) throws IOException {
        for (var file : seen.keySet()) {
            if (file.startsWith("src/main/resources")) {
                var target = classes.resolve(Path.of("src/main/resources").relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(plugin.home().resolve(file), target);
            }
        }
    }

    private static TreeSet<String> changed(Map<Path, String> before, Map<Path, String> after) {
        var changed = new TreeSet<String>();
        after.forEach((file, state) -> {
            if (!state.equals(before.get(file))) {
                changed.add(file.getFileName().toString());
            }
        });
        before.keySet().stream()
                .filter(file -> !after.containsKey(file))
                .forEach(file -> changed.add(file.getFileName() + " is gone"));
        return changed;
    }
}
