package io.animus.examples.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A program to run, and how.
 *
 * @param environment added to that of the demo; an empty value takes a variable away
 */
record Command(List<String> arguments, Map<String, String> environment, Path folder) {
    private static final int SHOWN_LINES = 15;

    Command {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }

    static Command of(String... arguments) {
        return new Command(List.of(arguments), Map.of(), Path.of("").toAbsolutePath());
    }

    Command in(Path newFolder) {
        return new Command(arguments, environment, newFolder);
    }

    Command with(Map<String, String> variables) {
        var all = new TreeMap<>(environment);
        all.putAll(variables);
        return new Command(arguments, all, folder);
    }

    /** Finds a program on the path, or where Debian keeps those for administrators. */
    static Optional<Path> find(String program) {
        var path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Stream.of(path.split(":")), Stream.of("/usr/sbin", "/sbin"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** As {@link #find}; a program that is absent ends the demo and names the Debian package that has it. */
    static String require(String program, String debianPackage) {
        return find(program)
                .orElseThrow(() -> DemoException.missing(
                        program + " is not installed", "as root: apt-get install " + debianPackage))
                .toString();
    }

    /** Runs to the end and answers what was written to standard output and error; fails unless it exits with 0. */
    String run() throws IOException, InterruptedException {
        var ended = runAnyway();
        if (ended.exitCode() != 0) {
            throw DemoException.failed(
                    "%s ended with %d".formatted(String.join(" ", arguments), ended.exitCode()),
                    "it said: " + tail(ended.output()));
        }
        return ended.output();
    }

    /** Runs to the end, however that is. */
    Ended runAnyway() throws IOException, InterruptedException {
        var process = builder().redirectErrorStream(true).start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    /** What became of it. */
    record Ended(int exitCode, String output) {}

    /** A process builder with the program, the folder and the environment set. */
    ProcessBuilder builder() {
        var builder = new ProcessBuilder(arguments).directory(folder.toFile());
        environment.forEach((name, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(name);
            } else {
                builder.environment().put(name, value);
            }
        });
        return builder;
    }

    /** The last lines of an output, for people. */
    static String tail(String output) {
        var lines = new ArrayList<>(output.strip().lines().toList());
        var shown = lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size());
        return String.join(System.lineSeparator(), shown);
    }
}
