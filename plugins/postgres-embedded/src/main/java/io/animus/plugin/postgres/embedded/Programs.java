package io.animus.plugin.postgres.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs short-lived programs with an environment that depends on nothing the hub was started with. */
final class Programs {
    private static final int MAX_OUTPUT = 64 * 1024;
    // Making a database takes seconds, and minutes on a disk that is busy.
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private Programs() {}

    /**
     * How a program ended.
     *
     * @param output the first 64 KiB of standard output and error
     */
    record Outcome(int exit, String output) {}

    /** Runs {@code command} to its end, by force after ten minutes, with {@code input} as standard input. */
    static Outcome run(List<String> command, String input) throws IOException {
        return run(command, input, LONGEST);
    }

    static Outcome run(List<String> command, String input, Duration longest) throws IOException {
        var process = prepare(command).redirectErrorStream(true).start();
        // By its handle, which leaves the streams open to be read.
        var end = CompletableFuture.runAsync(
                process.toHandle()::destroyForcibly,
                CompletableFuture.delayedExecutor(longest.toMillis(), TimeUnit.MILLISECONDS));
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
        } finally {
            end.cancel(false);
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
