package io.animus.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.animus.api.database.DatabaseAccess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The hub as it is shipped, unpacked into a folder of its own.
 *
 * @param home where {@code bin/animus} is
 * @param data what it keeps
 */
record Hub(Path home, Path data, int port) implements Server {
    private static final String READYZ = "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    private static final String ARCHIVE = "animus-distribution.tar.gz";

    static Path archive(Setting setting) {
        return setting.archive(ARCHIVE);
    }

    static Hub unpacked(Setting setting, Path folder) throws IOException, InterruptedException {
        var home = Files.createDirectories(folder.resolve("hub"));
        var tar = List.of("tar", "-xzf", archive(setting).toString(), "--strip-components=1", "-C", home.toString());
        Command.run(Map.of(), tar);
        return new Hub(home, folder.resolve("hub-data"), freePort());
    }

    /** Lets it work with this database, refuse nobody for being quick, and leave runs where they are. */
    void configure(DatabaseAccess database) throws IOException {
        var etc = home.resolve("etc");
        var owner = Files.writeString(
                home.resolve("owner.password"), database.owner().password());
        var user = Files.writeString(
                home.resolve("user.password"), database.runtime().password());
        Files.writeString(
                etc.resolve("io.animus.database.cfg"),
                """
                url = %s
                owner_user = %s
                owner_password_file = %s
                user = %s
                password_file = %s
                """
                        .formatted(
                                database.url(),
                                database.owner().user(),
                                owner,
                                database.runtime().user(),
                                user));
        Files.writeString(etc.resolve("io.animus.rest.cfg"), "requests_per_second = 1000000\nburst = 1000000\n");
        var features = etc.resolve("org.apache.karaf.features.cfg");
        Files.writeString(features, Files.readString(features).replaceAll("(?m)^.*animus-executor-container.*\\R", ""));
    }

    /** Returns when it is ready. */
    void start() throws IOException, InterruptedException {
        animus("start");
    }

    @Override
    public void launch() throws IOException, InterruptedException {
        animus("start", "--wait", "0");
    }

    @Override
    public boolean isReady() {
        try (var connection = new HttpConnection(port)) {
            connection.exchange(READYZ.getBytes(US_ASCII), 200);
            return true;
        } catch (IOException | IllegalStateException e) {
            return false;
        }
    }

    @Override
    public void stop() throws IOException, InterruptedException {
        animus("stop");
    }

    @Override
    public ProcessHandle process() throws IOException {
        var pid = Files.readString(data.resolve("animus.pid")).split(" ")[0];
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    private void animus(String... arguments) throws IOException, InterruptedException {
        var environment = Map.of(
                "ANIMUS_DATA", data.toString(),
                "ANIMUS_PORT", Integer.toString(port),
                "JAVA_HOME", System.getProperty("java.home"));
        var command = new ArrayList<>(List.of(home.resolve("bin/animus").toString()));
        command.addAll(List.of(arguments));
        Command.run(environment, command);
    }

    @Override
    public void close() throws IOException {
        try {
            if (Files.exists(data.resolve("animus.pid"))) {
                stop();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
