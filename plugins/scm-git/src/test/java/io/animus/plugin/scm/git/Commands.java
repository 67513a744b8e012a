package io.animus.plugin.scm.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.animus.api.types.CommitSha;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs the real programs: git, and the servers in front of it. */
final class Commands {
    private Commands() {}

    /** What {@code command} prints; its working folder is also its home. */
    static String run(Path folder, String... command) throws IOException, InterruptedException {
        var log = Files.createTempFile("command", ".log");
        try {
            var process = start(folder, log, command);
            if (!process.waitFor(60, SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " failed: " + Files.readString(log));
            }
            return Files.readString(log, UTF_8).strip();
        } finally {
            Files.delete(log);
        }
    }

    static Process start(Path folder, Path log, String... command) throws IOException {
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        var environment = builder.environment();
        environment.put("HOME", folder.toString());
        environment.put("GIT_CONFIG_NOSYSTEM", "1");
        for (var who : List.of("AUTHOR", "COMMITTER")) {
            environment.put("GIT_" + who + "_NAME", "Ann");
            environment.put("GIT_" + who + "_EMAIL", "ann@example.org");
            environment.put("GIT_" + who + "_DATE", "2026-01-02T03:04:05Z");
        }
        return builder.start();
    }

    static CommitSha revision(Path repository, String name) throws IOException, InterruptedException {
        return new CommitSha(run(repository, "git", "rev-parse", name));
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Returns when somebody listens at {@code port}. */
    static void awaitPort(int port, Process server, Path log) throws IOException {
        var deadline = System.nanoTime() + SECONDS.toNanos(20);
        while (System.nanoTime() < deadline && server.isAlive()) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException e) {
                Thread.onSpinWait();
            }
        }
        throw new IOException("the server doesn't come up: " + Files.readString(log));
    }
}
