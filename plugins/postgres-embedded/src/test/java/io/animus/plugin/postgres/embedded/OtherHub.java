package io.animus.plugin.postgres.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A hub in a process of its own, which a test can kill or run as somebody else. */
final class OtherHub implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private OtherHub(List<String> command) throws IOException {
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        output = process.inputReader(UTF_8);
    }

    /** The program of the other process: starts the server, says how that went, stops it when its input ends. */
    public static void main(String[] arguments) throws IOException {
        try (var postgres = new EmbeddedPostgres(Path.of(arguments[0]))) {
            System.out.println(postgres.start().url());
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
        }
    }

    static OtherHub in(Path directory) throws IOException {
        return new OtherHub(command(System.getProperty("java.class.path"), directory));
    }

    /** Runs as the user nobody, who can read neither a private local repository nor a private home. */
    static OtherHub ofNobody(Path directory, Path classes) throws IOException {
        var readable = new ArrayList<String>();
        for (var entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            readable.add(copied(Path.of(entry), classes.resolve(Integer.toString(readable.size()))));
        }
        var command = new ArrayList<>(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"));
        command.addAll(command(String.join(File.pathSeparator, readable), directory));
        return new OtherHub(command);
    }

    /** Where the server is, or why there is none. */
    String answer() throws IOException {
        return String.valueOf(output.readLine());
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            process.onExit().get(60, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new AssertionError("the other hub doesn't end", e);
        }
    }

    private static List<String> command(String classPath, Path directory) {
        return new ArrayList<>(Arrays.asList(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                classPath,
                OtherHub.class.getName(),
                directory.toString()));
    }

    private static String copied(Path entry, Path target) throws IOException {
        if (!Files.exists(entry)) {
            return target.toString();
        }
        try (var files = Files.walk(entry)) {
            for (var file : files.toList()) {
                var copy = target.resolve(entry.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return target.toString();
    }
}
