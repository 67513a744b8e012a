package io.animus.itests.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The archive, unpacked once for all tests, and one data directory for a hub of it. Closing kills a hub that still runs.
 *
 * @param home where {@code bin/animus} is
 * @param data given to every command
 * @param port a free one
 */
record UnpackedHub(Path home, Path data, int port) implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** What a command of {@code bin/animus} said and how it ended. */
    record Ended(int exitCode, String out, String err) {}

    static UnpackedHub with(Path data) throws IOException, InterruptedException {
        return new UnpackedHub(unpacked(), data, freePort());
    }

    /** One with a home of its own below {@code root}, for tests that configure it. */
    static UnpackedHub freshIn(Path root) throws IOException, InterruptedException {
        var hub = new UnpackedHub(Files.createDirectories(root.resolve("hub")), root.resolve("data"), freePort());
        Programs.run(
                root,
                Map.of(),
                List.of(
                        "tar",
                        "--extract",
                        "--gzip",
                        "--strip-components=1",
                        "--file",
                        archive().toString(),
                        "--directory",
                        hub.home().toString()));
        return hub;
    }

    static Path archive() {
        return Path.of(System.getProperty("animus.archive"));
    }

    /** Runs {@code bin/animus} with a data directory of its own; streams go through files, since a hub may keep them open. */
    Ended animus(String... arguments) throws IOException, InterruptedException {
        return animus(Map.of(), arguments);
    }

    Ended animus(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>(List.of(home.resolve("bin/animus").toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        builder.environment().put("ANIMUS_DATA", data.toString());
        builder.environment().put("ANIMUS_PORT", Integer.toString(port));
        builder.environment().putAll(environment);
        var out = Files.createTempFile("animus", ".out");
        var err = Files.createTempFile("animus", ".err");
        try {
            var process = builder.redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not end within " + PATIENCE + ": " + Files.readString(out));
            }
            return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    Path pidFile() {
        return data.resolve("animus.pid");
    }

    /** The hub's process; fails where none was started. */
    ProcessHandle process() throws IOException {
        var pid = Files.readString(pidFile(), StandardCharsets.US_ASCII).split(" ")[0];
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    @Override
    public void close() {
        try {
            if (Files.exists(pidFile())) {
                animus("stop");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static synchronized Path unpacked() throws IOException, InterruptedException {
        var home = Path.of(System.getProperty("animus.work"), "unpacked-hub");
        var stamp = home.resolve("unpacked-from");
        var wanted = Files.getLastModifiedTime(archive()).toString();
        if (Files.exists(stamp) && Files.readString(stamp).equals(wanted)) {
            return home;
        }
        Files.createDirectories(home);
        var tar = new ProcessBuilder(
                        "tar",
                        "--extract",
                        "--gzip",
                        "--recursive-unlink",
                        "--strip-components=1",
                        "--file",
                        archive().toString(),
                        "--directory",
                        home.toString())
                .inheritIO()
                .start();
        if (tar.waitFor() != 0) {
            throw new IOException("tar can't unpack " + archive());
        }
        Files.writeString(stamp, wanted);
        return home;
    }
}
