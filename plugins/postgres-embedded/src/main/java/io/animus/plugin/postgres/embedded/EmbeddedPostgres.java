package io.animus.plugin.postgres.embedded;

import io.animus.api.database.DatabaseAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server in a directory of its own, on a port of 127.0.0.1 that it keeps for as long as it can. A server
 * that dies is started again; one that a killed hub left behind is stopped, then started again.
 *
 * <p>Useful without a framework too, as tests do: {@code new EmbeddedPostgres(directory)}, {@link #start},
 * {@link #close}. What is in the directory stays. Safe for use by many threads.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    /** Lets the server choose any free port. */
    static final int ANY_PORT = 0;

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final int START_ATTEMPTS = 8;
    private static final int QUICK_DEATHS_ALLOWED = 5;
    private static final Duration QUICK = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(25);

    private final Path directory;
    private final String runAs;
    private final int fixedPort;
    private final Duration patience;

    private @Nullable DirectoryLock lock;
    private @Nullable Running running;
    private int lastPort;
    private int quickDeaths;
    private volatile String trouble = "";

    private record Running(Process process, ServerAccount account, Path programs, DatabaseAccess access, long since) {}

    /** A server that keeps everything below {@code directory}, which need not exist, on any free port. */
    public EmbeddedPostgres(Path directory) {
        this(directory, "nobody", ANY_PORT, Duration.ofSeconds(120));
    }

    /**
     * With every choice.
     *
     * @param runAs the user that the server runs as when the hub is root
     * @param port {@link #ANY_PORT}, or the one to use
     * @param patience how long a start, with recovery after a crash, may take
     */
    EmbeddedPostgres(Path directory, String runAs, int port, Duration patience) {
        this.directory = directory.toAbsolutePath().normalize();
        this.runAs = runAs;
        this.fixedPort = port;
        this.patience = patience;
    }

    /**
     * Starts the server unless it runs, and returns when it takes connections.
     *
     * @throws IllegalStateException if it can't be started; the message says what to change
     */
    public synchronized DatabaseAccess start() {
        var now = running;
        if (now != null && now.process.isAlive()) {
            return now.access;
        }
        quickDeaths = 0;
        try {
            return launch();
        } catch (IOException e) {
            release();
            throw new IllegalStateException("embedded PostgreSQL doesn't start: " + reason(e), e);
        } catch (IllegalStateException e) {
            release();
            throw new IllegalStateException("embedded PostgreSQL doesn't start: " + e.getMessage(), e);
        }
    }

    /** Stops the server with a fast shutdown and waits for its end. Does nothing if it doesn't run. */
    @Override
    public synchronized void close() {
        var now = running;
        running = null;
        try {
            if (now != null) {
                Postmaster.stop(now.process.toHandle(), data());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't stop PostgreSQL in " + directory, e);
        } finally {
            release();
        }
    }

    /** Why the server is down though it was started; empty if it isn't. */
    String trouble() {
        return trouble;
    }

    private DatabaseAccess launch() throws IOException {
        checkPlatform();
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (lock == null) {
            lock = DirectoryLock.take(directory.toRealPath());
        }
        var account = ServerAccount.of(directory, runAs);
        var programs = Binaries.unpackedIn(directory.resolve("binaries"));
        var leftover = Postmaster.in(data());
        if (leftover.isPresent()) {
            LOG.info("stopping the PostgreSQL that an earlier hub left in {}", directory);
            Postmaster.stop(leftover.get().process(), data());
        }
        var passwords = new Cluster(account, programs, data(), directory.resolve("credentials")).ready();
        var process = run(account, programs);
        var url = "jdbc:postgresql://127.0.0.1:" + lastPort + "/" + Cluster.DATABASE;
        var access = new DatabaseAccess(url, passwords.owner(), passwords.runtime());
        running = new Running(process, account, programs, access, System.nanoTime());
        trouble = "";
        process.onExit().thenRun(() -> new Thread(() -> revive(process), "animus-postgres-revive").start());
        return access;
    }

    private Process run(ServerAccount account, Path programs) throws IOException {
        var failure = "";
        for (var attempt = 1; attempt <= START_ATTEMPTS; attempt++) {
            var port = port(attempt);
            var log = directory.resolve("start.log");
            var process = Programs.prepare(account.command(
                            programs.resolve("bin/postgres"),
                            List.of(
                                    "-D",
                                    account.seen(data()).toString(),
                                    "-p",
                                    Integer.toString(port),
                                    "-c",
                                    "listen_addresses=127.0.0.1",
                                    "-c",
                                    "unix_socket_directories=")))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (becomesReady(process, port)) {
                lastPort = port;
                return process;
            }
            Postmaster.awaitLast(data());
            failure = lastLines(log, data().resolve("log"));
            LOG.debug("attempt {} to start PostgreSQL: {}", attempt, failure);
            // The port was taken meanwhile, or processes of a killed server still hold its shared memory: both pass.
            pause(POLL.multipliedBy(1L << attempt));
        }
        throw new IllegalStateException(failure.isEmpty() ? "it ends without a word" : failure);
    }

    private boolean becomesReady(Process process, int port) throws IOException {
        try {
            return isReady(process, port);
        } catch (IOException | IllegalStateException e) {
            // A hub that is stopped in the middle of its start interrupts this thread, and leaves no server behind.
            var interrupted = Thread.interrupted();
            try {
                Postmaster.stop(process.toHandle(), data());
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            throw e;
        }
    }

    // The server writes its port and "ready" into our data directory: who answers on that port is it, and nobody else.
    private boolean isReady(Process process, int port) throws IOException {
        var deadline = System.nanoTime() + patience.toNanos();
        while (process.isAlive()) {
            var ready = Postmaster.in(data())
                    .filter(p -> p.isReady() && p.port() == port && p.process().pid() == process.pid());
            if (ready.isPresent()) {
                return true;
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("it took longer than " + patience.toSeconds()
                        + " s to take connections; raise start_timeout_s if it recovers a large database");
            }
            pause(POLL);
        }
        return false;
    }

    private void revive(Process dead) {
        synchronized (this) {
            var now = running;
            if (now == null || now.process != dead) {
                return;
            }
            quickDeaths = System.nanoTime() - now.since < QUICK.toNanos() ? quickDeaths + 1 : 0;
            trouble = "PostgreSQL ended with code " + dead.exitValue() + "; see " + data().resolve("log");
            if (quickDeaths > QUICK_DEATHS_ALLOWED) {
                LOG.error("PostgreSQL in {} keeps dying; giving up: {}", directory, trouble);
                return;
            }
            LOG.warn("starting PostgreSQL in {} again: it ended with code {}", directory, dead.exitValue());
            try {
                launch();
            } catch (IOException | IllegalStateException e) {
                trouble = "PostgreSQL ended and can't be started again: " + e.getMessage();
                LOG.error("PostgreSQL in {} can't be started again", directory, e);
            }
        }
    }

    // The port of last time, so that clients find the server again; after a failed attempt another one.
    private int port(int attempt) throws IOException {
        if (fixedPort != ANY_PORT) {
            return fixedPort;
        }
        if (lastPort != 0 && attempt < START_ATTEMPTS) {
            return lastPort;
        }
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Path data() {
        return directory.resolve("data");
    }

    private void release() {
        if (lock == null) {
            return;
        }
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock = null;
        }
    }

    private static void checkPlatform() {
        var system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!system.equals("Linux amd64")) {
            throw new IllegalStateException(
                    "its programs are for Linux on amd64, not " + system + ": give the hub an external PostgreSQL");
        }
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException denied) {
            return "no permission to write " + denied.getFile();
        }
        return e instanceof FileSystemException file && file.getReason() != null
                ? file.getFile() + ": " + file.getReason()
                : String.valueOf(e.getMessage());
    }

    // The server itself writes below its data directory, and only before it can does it write to where we sent it.
    private static String lastLines(Path first, Path folder) throws IOException {
        var logs = new ArrayList<>(List.of(first));
        if (Files.isDirectory(folder)) {
            try (var files = Files.list(folder)) {
                files.forEach(logs::add);
            }
        }
        var newest = logs.stream()
                .max(Comparator.comparing(f -> f.toFile().lastModified()))
                .orElse(first);
        var lines = Files.readAllLines(newest);
        return String.join("; ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while PostgreSQL started", e);
        }
    }
}
