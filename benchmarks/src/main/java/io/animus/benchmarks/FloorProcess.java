package io.animus.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;

/**
 * A {@link Floor} that runs.
 *
 * @param port where it answers
 */
record FloorProcess(Process process, int port) implements Closeable {

    /** @param run one that was created over REST, whose rows are the pattern */
    static FloorProcess start(Bed bed, String run, int connections) throws IOException {
        var who = bed.access().runtime();
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // As the hub is started.
                "-Xms64m",
                "-Xmx384m",
                "-XX:+UseSerialGC",
                // Else each answer waits for the client's delayed acknowledgement.
                "-Dsun.net.httpserver.nodelay=true",
                "-cp",
                System.getProperty("java.class.path"),
                Floor.class.getName(),
                bed.access().url(),
                who.user(),
                run,
                Integer.toString(connections));
        builder.environment().put("FLOOR_PASSWORD", who.password());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        var process = builder.start();
        var said = new BufferedReader(new InputStreamReader(process.getInputStream(), US_ASCII)).readLine();
        if (said == null) {
            throw new IOException("the floor doesn't start");
        }
        return new FloorProcess(process, Integer.parseInt(said));
    }

    Cpu cpu() {
        return Cpu.of(process.toHandle());
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        process.onExit().join();
    }
}
