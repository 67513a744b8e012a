package io.animus.itests.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/animus} on good days and bad. */
class LauncherIT {
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;
    private static final int NOT_RUNNING = 3;

    @TempDir
    private Path folder;

    private UnpackedHub hub;

    @BeforeEach
    void unpack() throws Exception {
        hub = UnpackedHub.with(folder.resolve("data"));
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void startsServesAndStops() throws Exception {
        var settings = settings();
        var started = hub.animus("start");

        assertThat(started.err()).isEmpty();
        assertThat(started.exitCode()).isZero();
        assertThat(started.out()).contains("ready", "http://127.0.0.1:" + hub.port());

        var status = new ObjectMapper().readTree(hub.animus("status", "--json").out());
        assertThat(status.get("state").asText()).isEqualTo("ready");
        assertThat(status.get("pid").asLong()).isEqualTo(hub.process().pid());
        assertThat(Files.getPosixFilePermissions(hub.data())).isEqualTo(PosixFilePermissions.fromString("rwx------"));

        var again = hub.animus("start");
        assertThat(again.exitCode()).isZero();
        assertThat(again.out()).contains("runs already");

        var git = hub.home().resolve("system/io/animus/plugin/animus-scm-git");
        try (var files = Files.walk(git)) {
            var jar = files.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow();
            assertThat(digestInTheComposition("animus-scm-git", keyIn(started.out())))
                    .isEqualTo("sha256:" + HexFormat.of().formatHex(sha256(Files.readAllBytes(jar))));
        }

        assertThat(settings()).as("what the operator wrote, untouched").isEqualTo(settings);
        assertThat(hub.animus("stop").exitCode()).isZero();
        try (var free = new ServerSocket(hub.port(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(free.isBound()).isTrue();
        }
        assertThat(hub.pidFile()).doesNotExist();
        assertThat(hub.animus("status").exitCode()).isEqualTo(NOT_RUNNING);
    }

    @Test
    void showsTheBootstrapKeyOnceAndNowhereElse() throws Exception {
        var first = hub.animus("start");
        assertThat(first.out()).containsPattern("(?m)^ +ank_\\S{43,}$").contains("shown this once");
        var key = keyIn(first.out());
        assertThat(hub.data().resolve("bootstrap-admin.key")).doesNotExist();
        hub.animus("stop");

        assertThat(hub.animus("start").out()).doesNotContain("ank_");
        assertThat(hub.data().resolve("log/animus.log")).content().doesNotContain(key);
    }

    @Test
    void leavesTheBootstrapKeyInItsFileWhenAServiceManagerReadsAlong() throws Exception {
        var out = folder.resolve("out");
        var err = folder.resolve("err");
        var builder = new ProcessBuilder(hub.home().resolve("bin/animus").toString(), "start", "--foreground")
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("ANIMUS_DATA", hub.data().toString());
        builder.environment().put("ANIMUS_PORT", Integer.toString(hub.port()));
        var launcher = builder.start();
        try {
            Patience.untilTrue("the launcher names the key file", () -> Files.readString(err)
                    .contains("bootstrap-admin.key"));
            var key = hub.data().resolve("bootstrap-admin.key");
            assertThat(key).content().startsWith("ank_");
            assertThat(Files.getPosixFilePermissions(key)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertThat(Files.readString(out) + Files.readString(err)).doesNotContain("ank_");
        } finally {
            launcher.destroy();
            launcher.onExit().get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void runsNoBundleOfTheArchiveThatItReplaced() throws Exception {
        hub.animus("start");
        hub.animus("stop");
        var remembered = Files.writeString(hub.data().resolve("cache/of-the-old-archive"), "");
        var home = folder.resolve("next");
        assertThat(new ProcessBuilder("cp", "-r", hub.home().toString(), home.toString())
                        .start()
                        .waitFor())
                .isZero();
        Files.writeString(home.resolve("VERSION"), "0.1.1\n");

        var upgraded = new UnpackedHub(home, hub.data(), hub.port());

        assertThat(upgraded.animus("start").out()).contains("0.1.1", "ready");
        assertThat(remembered).doesNotExist();
        assertThat(openFiles(upgraded.process().pid()))
                .anyMatch(file -> file.startsWith(home.resolve("system").toString()))
                .noneMatch(file -> file.startsWith(hub.home() + "/"));
        upgraded.animus("stop");

        var kept = Files.writeString(hub.data().resolve("cache/of-this-archive"), "");
        assertThat(upgraded.animus("start").exitCode()).isZero();
        assertThat(kept).exists();
    }

    @Test
    void listensOnLoopbackAloneAndOnNoOtherPort() throws Exception {
        hub.animus("start");

        assertThat(listeningPorts(hub.process().pid())).containsExactly("0100007F:" + "%04X".formatted(hub.port()));
    }

    @Test
    void logsOneJsonObjectPerLine() throws Exception {
        hub.animus("start");

        var json = new ObjectMapper();
        var lines = Files.readAllLines(hub.data().resolve("log/animus.log"));
        assertThat(lines).isNotEmpty();
        for (var line : lines) {
            var entry = json.readTree(line);
            assertThat(entry.get("time").asText()).endsWith("Z");
            assertThat(entry.has("level") && entry.has("logger") && entry.has("message"))
                    .isTrue();
        }
    }

    @Test
    void saysWhatToDoWhenThePortIsTaken() throws Exception {
        try (var other = new ServerSocket()) {
            other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), hub.port()));

            var refused = hub.animus("start");

            assertThat(refused.exitCode()).isEqualTo(FAILED);
            assertThat(refused.err()).contains("port " + hub.port(), "taken", "--port");
        }
    }

    @Test
    void saysWhatToDoWhenTheDataDirectoryCannotBeWritten() throws Exception {
        Files.writeString(folder.resolve("file"), "");

        var refused = hub.animus("start", "--data", folder.resolve("file/data").toString());

        assertThat(refused.exitCode()).isEqualTo(FAILED);
        assertThat(refused.err()).contains("cannot write", "--data");
    }

    @Test
    void saysWhatToDoWithoutTheRightJava() throws Exception {
        var none = hub.animus(Map.of("JAVA_HOME", folder.toString()), "start");
        var bin = Files.createDirectories(folder.resolve("bin"));
        var java =
                Files.writeString(bin.resolve("java"), "#!/bin/sh\necho '    java.specification.version = 11' >&2\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        var old = hub.animus(Map.of("JAVA_HOME", folder.toString()), "start");

        assertThat(none.exitCode()).isEqualTo(FAILED);
        assertThat(none.err()).contains("JAVA_HOME", "Java 17");
        assertThat(old.exitCode()).isEqualTo(FAILED);
        assertThat(old.err()).contains("is Java 11", "Java 17");
    }

    @Test
    void isNotFooledByTheProcessIdOfSomebodyElse() throws Exception {
        Files.createDirectories(hub.data());
        var stranger = ProcessHandle.current().pid();
        Files.writeString(hub.pidFile(), stranger + " 1 http://127.0.0.1:" + hub.port() + "\n");

        assertThat(hub.animus("status").exitCode()).isEqualTo(NOT_RUNNING);
        assertThat(hub.animus("stop").exitCode()).isEqualTo(NOT_RUNNING);
        assertThat(hub.pidFile()).doesNotExist();
    }

    @Test
    void refusesWhatItDoesNotKnow() throws Exception {
        assertThat(hub.animus("begin").exitCode()).isEqualTo(WRONG_USAGE);
        assertThat(hub.animus("start", "--prot", "1").exitCode()).isEqualTo(WRONG_USAGE);
        assertThat(hub.animus("start", "--port").exitCode()).isEqualTo(WRONG_USAGE);
        assertThat(hub.animus("start", "--port", "70000").exitCode()).isEqualTo(WRONG_USAGE);
        assertThat(hub.animus("--help").exitCode()).isZero();
        assertThat(hub.animus("version").out()).isEqualTo(System.getProperty("animus.version") + "\n");
    }

    /** When each {@code etc/*.cfg} was written. Karaf itself adds a secret to {@code config.properties} at the first start. */
    private Map<Path, FileTime> settings() throws IOException {
        var written = new HashMap<Path, FileTime>();
        try (var files = Files.walk(hub.home().resolve("etc"))) {
            for (var file :
                    files.filter(file -> file.toString().endsWith(".cfg")).toList()) {
                written.put(file, Files.getLastModifiedTime(file));
            }
        }
        return written;
    }

    private static String keyIn(String out) {
        return out.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("ank_"))
                .findFirst()
                .orElseThrow();
    }

    /** By the digest that names the composition, as it stands on every run and audit event. */
    private String digestInTheComposition(String bundle, String key) throws Exception {
        var client = new RestClient(URI.create("http://127.0.0.1:" + hub.port()), key);
        var digest = client.get("/api/v1/composition").ok().get("digest").asText();
        for (var one : client.get("/api/v1/compositions/" + digest).ok().get("bundles")) {
            if (one.get("symbolicName").asText().equals(bundle)) {
                return one.get("digest").asText();
            }
        }
        return "none";
    }

    private static byte[] sha256(byte[] content) throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256").digest(content);
    }

    /** Local addresses in listening state of one process, as the kernel's tables have them. */
    private static Set<String> listeningPorts(long pid) throws IOException {
        var sockets = openFiles(pid);
        var found = new TreeSet<String>();
        for (var table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
            for (var line : Files.readAllLines(Path.of(table))) {
                var columns = line.strip().split("\\s+");
                if (columns[3].equals("0A") && sockets.contains("socket:[" + columns[9] + "]")) {
                    found.add(columns[1].replaceFirst("^0{16}FFFF0000", ""));
                }
            }
        }
        return found;
    }

    /** What the file descriptors of one process point to. */
    private static Set<String> openFiles(long pid) throws IOException {
        var files = new HashSet<String>();
        try (var descriptors = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (var descriptor : descriptors) {
                if (Files.isSymbolicLink(descriptor)) {
                    files.add(Files.readSymbolicLink(descriptor).toString());
                }
            }
        }
        return files;
    }
}
