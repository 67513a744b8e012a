package io.animus.itests.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Programs of this machine that a test needs. */
public final class Programs {
    private Programs() {}

    /** Runs a program to its end and answers what it said; fails unless it ends with 0. */
    public static String run(Path folder, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        var said = Files.createTempFile("animus", ".out");
        try {
            var process = builder(folder, environment, command)
                    .redirectOutput(said.toFile())
                    .start();
            if (!process.waitFor(Patience.USUAL.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not end: " + Files.readString(said));
            }
            if (process.exitValue() != 0) {
                throw new AssertionError(
                        command + " ended with " + process.exitValue() + ": " + Files.readString(said));
            }
            return Files.readString(said).strip();
        } finally {
            Files.delete(said);
        }
    }

    /** Starts a program that goes on until it is stopped. */
    public static Process start(Path folder, Map<String, String> environment, List<String> command, Path log)
            throws IOException {
        return builder(folder, environment, command)
                .redirectOutput(log.toFile())
                .start();
    }

    /** Ends a program, by force if it takes too long. */
    public static void stop(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    /** Sends a signal, by its name without SIG. */
    static void signal(String name, ProcessHandle process) throws IOException, InterruptedException {
        run(Path.of("/"), Map.of(), List.of("kill", "-" + name, Long.toString(process.pid())));
    }

    private static ProcessBuilder builder(Path folder, Map<String, String> environment, List<String> command) {
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder;
    }
}
