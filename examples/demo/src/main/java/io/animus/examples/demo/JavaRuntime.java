package io.animus.examples.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The JDK at hand, and a small run-time image linked from it that runs single-file programs.
 *
 * @param home folder of a JDK 17 or later, with {@code bin/jlink}
 */
record JavaRuntime(Path home) {
    // Part of the key: a change of what goes into the image must not find an older one.
    private static final String RECIPE = "1";

    private static final List<String> VARIABLES_OF_THE_LOADER =
            List.of("LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "LD_BIND_NOW", "LD_DEBUG");

    JavaRuntime {
        if (!Files.isExecutable(home.resolve("bin/jlink"))) {
            throw DemoException.missing("no jlink in " + home, "as root: apt-get install openjdk-17-jdk-headless");
        }
    }

    /** The JDK that runs the demo. */
    static JavaRuntime atHand() {
        return new JavaRuntime(Path.of(System.getProperty("java.home")));
    }

    /** For people: which Java it is. */
    String version() {
        return "Java " + Runtime.version();
    }

    /** The same for the same build of the JDK on the same release of the operating system. */
    String key() throws IOException {
        var facts = new StringBuilder(RECIPE);
        for (var file : List.of(home.resolve("release"), Path.of("/etc/os-release"), Path.of("/etc/debian_version"))) {
            facts.append('\n').append(Files.exists(file) ? Files.readString(file) : "");
        }
        facts.append(Runtime.version());
        return Sha256.of(facts.toString().getBytes(StandardCharsets.UTF_8))
                .hex()
                .substring(0, 16);
    }

    /** Links the run-time image into a folder that must not exist. The same JDK gives the same bytes. */
    void link(Path target) throws IOException, InterruptedException {
        // generate-jli-classes of JDK 17 writes different classes from run to run. Layers are compressed, so
        // compressing
        // here makes them larger. Without ct.sym a single source file still compiles.
        Command.of(
                        home.resolve("bin/jlink").toString(),
                        "--disable-plugin",
                        "generate-jli-classes",
                        "--add-modules",
                        "java.base,jdk.compiler",
                        "--strip-debug",
                        "--no-header-files",
                        "--no-man-pages",
                        "--exclude-files=/jdk.compiler/lib/ct.sym",
                        Runtime.version().feature() < 21 ? "--compress=0" : "--compress=zip-0",
                        "--output",
                        target.toString())
                .with(withoutLoaderVariables())
                .run();
    }

    /** A preloaded library would otherwise be linked, or listed, as if it were part of the runtime. */
    static Map<String, String> withoutLoaderVariables() {
        return VARIABLES_OF_THE_LOADER.stream().collect(Collectors.toMap(variable -> variable, variable -> ""));
    }
}
