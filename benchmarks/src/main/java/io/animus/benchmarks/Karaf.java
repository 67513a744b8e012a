package io.animus.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/** Apache Karaf as Apache ships it; ready when its shell takes connections, the last thing that it starts. */
final class Karaf implements Server {
    private static final String ARCHIVE = "apache-karaf.zip";

    private final Path home;
    private final int shellPort;
    private @Nullable Process script;

    private Karaf(Path home, int shellPort) {
        this.home = home;
        this.shellPort = shellPort;
    }

    static Path archive(Setting setting) {
        return setting.archive(ARCHIVE);
    }

    static Karaf unpacked(Setting setting, Path folder) throws IOException {
        try (var zip = new ZipInputStream(Files.newInputStream(archive(setting)))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                // Without the folder that the archive has all in.
                var name = entry.getName().substring(entry.getName().indexOf('/') + 1);
                var file = folder.resolve(name).normalize();
                if (!file.startsWith(folder)) {
                    throw new IOException("an archive that leaves its folder: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    Files.copy(zip, file);
                }
            }
        }
        var etc = folder.resolve("etc");
        var port = Hub.freePort();
        replace(etc.resolve("org.apache.karaf.shell.cfg"), "sshPort", port);
        replace(etc.resolve("org.apache.karaf.management.cfg"), "rmiRegistryPort", Hub.freePort());
        replace(etc.resolve("org.apache.karaf.management.cfg"), "rmiServerPort", Hub.freePort());
        return new Karaf(folder, port);
    }

    private static void replace(Path file, String key, int value) throws IOException {
        Files.writeString(file, Files.readString(file).replaceAll("(?m)^" + key + " *=.*$", key + " = " + value));
    }

    @Override
    public void launch() throws IOException {
        var builder = new ProcessBuilder("bash", home.resolve("bin/karaf").toString(), "server");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.redirectErrorStream(true)
                .redirectOutput(home.resolve("console.log").toFile());
        script = builder.start();
    }

    @Override
    public boolean isReady() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), shellPort)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public ProcessHandle process() throws IOException {
        var launched = script;
        if (launched == null) {
            throw new IOException("Karaf isn't launched");
        }
        return Stream.concat(Stream.of(launched.toHandle()), launched.descendants())
                .filter(process -> process.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElseThrow(() -> new IOException("Karaf has no JVM"));
    }

    @Override
    public void stop() throws IOException {
        var java = process();
        java.destroy();
        java.onExit().join();
        var launched = script;
        if (launched != null) {
            launched.onExit().join();
            script = null;
        }
    }

    @Override
    public void close() throws IOException {
        if (script != null) {
            stop();
        }
    }
}
