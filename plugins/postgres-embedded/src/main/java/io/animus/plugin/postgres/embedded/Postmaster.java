package io.animus.plugin.postgres.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running server of a data directory, as its own {@code postmaster.pid} there and the operating system describe it.
 *
 * @param isReady whether it takes connections
 */
record Postmaster(ProcessHandle process, int port, boolean isReady) {
    private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);
    private static final int PORT_LINE = 3;
    private static final int STATUS_LINE = 7;
    private static final int FAST_SHUTDOWN_S = 60;
    private static final int IMMEDIATE_SHUTDOWN_S = 10;
    private static final int LAST_PROCESSES_S = 10;
    private static final int POLL_MS = 10;

    /** The server that works in {@code data} now, whoever started it. */
    static Optional<Postmaster> in(Path data) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(data.resolve("postmaster.pid"));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
                .filter(ProcessHandle::isAlive)
                .filter(p -> worksIn(data, p))
                .map(p -> new Postmaster(
                        p,
                        lines.size() > PORT_LINE
                                ? Integer.parseInt(lines.get(PORT_LINE).strip())
                                : 0,
                        lines.size() > STATUS_LINE
                                && lines.get(STATUS_LINE).strip().equals("ready")));
    }

    /** Ends the server of {@code data} with a fast shutdown: clients are disconnected, nothing committed is lost. */
    static void stop(ProcessHandle process, Path data) throws IOException {
        if (!signalled(process, "INT", FAST_SHUTDOWN_S) && !signalled(process, "QUIT", IMMEDIATE_SHUTDOWN_S)) {
            process.destroyForcibly();
        }
        awaitLast(data);
    }

    /**
     * Waits for what lives a little longer than the server, such as its logger. After that all that it had to say is in its log,
     * and it keeps nobody from unmounting the disk.
     */
    static void awaitLast(Path data) {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LAST_PROCESSES_S);
        try {
            while (isServed(data)) {
                if (System.nanoTime() > deadline) {
                    LOG.warn("a process of PostgreSQL goes on in {} after {} s", data, LAST_PROCESSES_S);
                    return;
                }
                Thread.sleep(POLL_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether a process of a server works in {@code data}; others may be there too, such as an operator's shell. */
    static boolean isServed(Path data) {
        return ProcessHandle.allProcesses().anyMatch(process -> worksIn(data, process) && isServer(process));
    }

    // Also where the program was replaced meanwhile, of which the system then says that it was deleted.
    private static boolean isServer(ProcessHandle process) {
        return process.info()
                .command()
                .map(command -> Path.of(command).getFileName().toString())
                .filter(name -> name.equals("postgres") || name.equals("postgres (deleted)"))
                .isPresent();
    }

    // Process ids are used again: a file left by a crash may name a stranger, which must be neither adopted nor killed.
    private static boolean worksIn(Path data, ProcessHandle process) {
        try {
            return Files.isSameFile(Path.of("/proc/" + process.pid() + "/cwd"), data);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean signalled(ProcessHandle process, String signal, int seconds) throws IOException {
        if (!process.isAlive()) {
            return true;
        }
        Programs.run(List.of("sh", "-c", "kill -" + signal + " \"$0\"", Long.toString(process.pid())), "");
        try {
            process.onExit().get(seconds, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("can't tell whether PostgreSQL has stopped", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
