package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of the host that make and mount file systems; each ends within a minute. */
final class HostCommand {
    private static final List<Path> FOLDERS =
            Stream.of("/usr/sbin", "/usr/bin", "/sbin", "/bin").map(Path::of).toList();
    private static final int MAX_OUTPUT = 8192;

    private HostCommand() {}

    /** Where the program is installed. */
    static Optional<Path> find(String program) {
        return FOLDERS.stream()
                .map(f -> f.resolve(program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Runs a program without a shell.
     *
     * @return what it printed, cut at 8 KiB
     * @throws ExternalSystemException {@code UNAVAILABLE} if it isn't there, fails or takes longer than a minute
     */
    static String run(String program, String... arguments) throws IOException {
        var path = find(program).orElseThrow(() -> failed(program + " is not installed"));
        var command = new ArrayList<>(List.of(path.toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("LC_ALL", "C");
        var process = builder.start();
        try {
            process.getOutputStream().close();
            // These programs print a line or two, which fit into the pipe: waiting first keeps the minute.
            if (!process.waitFor(1, TimeUnit.MINUTES)) {
                throw failed(program + " takes longer than a minute");
            }
            var output = new String(process.getInputStream().readNBytes(MAX_OUTPUT), UTF_8).strip();
            if (process.exitValue() != 0) {
                throw failed(program + " failed: " + output);
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException)
                    new InterruptedIOException("interrupted while " + program + " ran").initCause(e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static ExternalSystemException failed(String message) {
        return new ExternalSystemException(Reason.UNAVAILABLE, message);
    }
}
