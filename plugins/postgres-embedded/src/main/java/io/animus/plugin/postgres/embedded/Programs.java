package io.animus.plugin.postgres.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs short-lived programs with an environment that depends on nothing the hub was started with. */
final class Programs {
    private static final int MAX_OUTPUT = 64 * 1024;

    private Programs() {}

    /**
     * How a program ended.
     *
     * @param output the first 64 KiB of standard output and error
     */
    record Outcome(int exit, String output) {}

    /** Runs {@code command} to its end, with {@code input} as standard input. */
    static Outcome run(List<String> command, String input) throws IOException {
        var process = prepare(command).redirectErrorStream(true).start();
        try (var in = process.outputWriter(UTF_8)) {
            in.write(input);
        } catch (IOException e) {
            // It ended before it read everything; its exit code and output say why.
            process.destroy();
        }
        try (var out = process.getInputStream()) {
            var output = new String(out.readNBytes(MAX_OUTPUT), UTF_8);
            out.transferTo(OutputStream.nullOutputStream());
            return new Outcome(process.waitFor(), output);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + command.get(0) + " ran", e);
        }
    }

    /** A program that isn't started yet. */
    static ProcessBuilder prepare(List<String> command) {
        var builder = new ProcessBuilder(command).directory(Path.of("/").toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C", "TZ", "UTC"));
        return builder;
    }
}
