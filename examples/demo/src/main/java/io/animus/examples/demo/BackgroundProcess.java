package io.animus.examples.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that outlives the demo, known by a file with its process id and the time it was started. The time tells it
 * from a later process with the same id.
 */
final class BackgroundProcess {
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final Path pidFile;
    private final ProcessHandle process;

    private BackgroundProcess(Path pidFile, ProcessHandle process) {
        this.pidFile = pidFile;
        this.process = process;
    }

    /** Starts a program in a session of its own, so that Ctrl-C in the terminal doesn't reach it. */
    static BackgroundProcess start(Command command, Path pidFile, Path log) throws IOException {
        var arguments = new ArrayList<>(List.of(Command.require("setsid", "util-linux")));
        arguments.addAll(command.arguments());
        var process = new Command(arguments, command.environment(), command.folder())
                .builder()
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .toHandle();
        Files.writeString(pidFile, process.pid() + " " + startOf(process).orElse("ended") + "\n");
        return new BackgroundProcess(pidFile, process);
    }

    /** The process that the file names, if it still runs. */
    static Optional<BackgroundProcess> find(Path pidFile) throws IOException {
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        var fields = Files.readString(pidFile).strip().split(" ");
        return ProcessHandle.of(Long.parseLong(fields[0]))
                .filter(ProcessHandle::isAlive)
                .filter(process -> startOf(process).equals(Optional.of(fields[1])))
                .map(process -> new BackgroundProcess(pidFile, process));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Asks it to end, and ends it by force when it takes too long. */
    void stop() throws IOException, InterruptedException {
        stop(GRACE);
    }

    void stop(Duration grace) throws IOException, InterruptedException {
        process.destroy();
        if (!ended(grace)) {
            process.destroyForcibly();
            ended(GRACE);
        }
        Files.deleteIfExists(pidFile);
    }

    private boolean ended(Duration patience) throws InterruptedException {
        CompletableFuture<ProcessHandle> exit = process.onExit();
        try {
            exit.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new AssertionError("onExit never fails", e);
        }
    }

    // ProcessHandle's start time moves with the wall clock; the kernel's ticks since boot don't.
    private static Optional<String> startOf(ProcessHandle process) {
        try {
            var stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            var boot =
                    Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
            // The second field is the program's name in parentheses; it may hold anything. The time is the 22nd.
            return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19] + "@" + boot);
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
