package io.animus.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A program that is run to its end. */
final class Command {
    private Command() {}

    /**
     * Runs it and returns what it says, which goes through a file, since a server that it leaves behind may keep its streams open.
     *
     * @throws IOException if it ends with another status than 0
     */
    static String run(Map<String, String> environment, List<String> command) throws IOException, InterruptedException {
        var said = Files.createTempFile("animus-bench", ".out");
        try {
            var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
            builder.environment().putAll(environment);
            var status = builder.start().waitFor();
            if (status != 0) {
                throw new IOException(
                        command + " ended with status " + status + ": " + withoutKeys(Files.readString(said)));
            }
            return Files.readString(said);
        } finally {
            Files.delete(said);
        }
    }

    /** A hub says a key at its first start, which belongs into no message. */
    private static String withoutKeys(String said) {
        return said.lines().filter(line -> !line.contains("ank_")).collect(Collectors.joining("\n"));
    }
}
