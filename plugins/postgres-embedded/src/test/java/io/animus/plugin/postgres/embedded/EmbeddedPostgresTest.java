package io.animus.plugin.postgres.embedded;

import static java.nio.file.attribute.PosixFilePermissions.fromString;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.database.DatabaseAccess.Credentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Execution(ExecutionMode.CONCURRENT)
class EmbeddedPostgresTest {
    @TempDir
    Path folder;

    private Path directory;
    private EmbeddedPostgres postgres;

    @BeforeEach
    void open() throws IOException {
        Files.setPosixFilePermissions(folder, fromString("rwxr-xr-x"));
        directory = folder.resolve("postgres");
        postgres = new EmbeddedPostgres(directory);
    }

    @AfterEach
    void stop() {
        postgres.close();
    }

    @Test
    void givesADatabaseToAnOwnerAndToARoleThatOwnsNothing() throws Exception {
        var access = postgres.start();

        assertThat(ask(
                        access,
                        access.owner(),
                        "select datdba::regrole::text from pg_database where datname = 'animus'"))
                .isEqualTo("animus_owner");
        assertThat(ask(
                        access,
                        access.runtime(),
                        "select current_user || rolsuper || rolcreatedb || rolcreaterole"
                                + " || rolbypassrls || rolreplication from pg_roles where rolname = current_user"))
                .isEqualTo("animus_hubfalsefalsefalsefalsefalse");
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> tell(access, access.runtime(), "create table mine (id int)"))
                .withMessageContaining("permission denied");
    }

    @Test
    void tellsItsOwnProcessesFromThoseOfAnybodyElseInItsFolder() throws Exception {
        postgres.start();
        var data = directory.resolve("data");
        assertThat(Postmaster.isServed(data)).isTrue();

        var stranger =
                new ProcessBuilder("sleep", "60").directory(data.toFile()).start();
        try {
            postgres.close();
            assertThat(Postmaster.isServed(data)).isFalse();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void keepsWhatItAcknowledgesAndChecksIt() throws Exception {
        var access = postgres.start();

        assertThat(ask(
                        access,
                        access.runtime(),
                        "select current_setting('server_version_num')::int / 10000"
                                + " || current_setting('fsync') || current_setting('synchronous_commit')"
                                + " || current_setting('data_checksums') || current_setting('server_encoding')"))
                .isEqualTo("18onononUTF8");
        assertThat(ask(
                        access,
                        access.runtime(),
                        "select datlocprovider::text || datlocale from pg_database where datname =" + " 'animus'"))
                .isEqualTo("bC.UTF-8");
    }

    @Test
    void listensOnLoopbackAloneAndLetsNobodyInWithoutThePassword() throws Exception {
        var access = postgres.start();

        var socketFolderAndAddress =
                Files.readAllLines(directory.resolve("data/postmaster.pid")).subList(4, 6);
        assertThat(socketFolderAndAddress).containsExactly("", "127.0.0.1");
        for (var stranger : new Credentials[] {
            new Credentials("postgres", ""), new Credentials("animus_hub", "guess"), new Credentials("nobody", "")
        }) {
            assertThatExceptionOfType(SQLException.class).isThrownBy(() -> connect(access, stranger));
        }
    }

    /** As when a hub is stopped in the middle of its start. */
    @Test
    void leavesNoServerBehindWhenItsStartIsInterrupted() throws Exception {
        var failure = new AtomicReference<Throwable>();
        var started = directory.resolve("start.log");
        for (var attempt = 0; attempt < 5 && failure.get() == null; attempt++) {
            postgres.close();
            Files.deleteIfExists(started);
            var starter = new Thread(() -> {
                try {
                    postgres.start();
                } catch (IllegalStateException e) {
                    failure.set(e);
                }
            });
            starter.start();
            while (Files.notExists(started) && starter.isAlive()) {
                Thread.onSpinWait();
            }
            starter.interrupt();
            starter.join();
        }
        postgres.close();

        assertThat(failure.get()).as("a start was interrupted").isNotNull();
        assertThat(ProcessHandle.allProcesses()
                        .flatMap(process -> process.info().commandLine().stream())
                        .filter(command -> command.contains(directory.toString())))
                .isEmpty();
    }

    @Test
    void hidesPasswordsAndData() throws Exception {
        var access = postgres.start();

        assertThat(Files.getPosixFilePermissions(directory.resolve("credentials")))
                .isEqualTo(fromString("rw-------"));
        assertThat(Files.getPosixFilePermissions(directory.resolve("data"))).isEqualTo(fromString("rwx------"));
        assertThat(access.owner().password())
                .hasSize(43)
                .isNotEqualTo(access.runtime().password());
        assertThat(Files.readString(directory.resolve("start.log")))
                .doesNotContain(access.owner().password(), access.runtime().password());
    }

    @Test
    void answersTheSameWhileItRuns() {
        assertThat(postgres.start()).isEqualTo(postgres.start());
    }

    @Test
    void keepsDataAndPasswordsOverARestart() throws Exception {
        var before = postgres.start();
        remember(before, "a");
        postgres.close();

        var after = postgres.start();

        assertThat(remembered(after)).isEqualTo("a");
        assertThat(after).isEqualTo(before);
    }

    @Test
    void comesBackOnTheSamePortAfterItWasKilled() throws Exception {
        var access = postgres.start();
        remember(access, "a");
        var victim = Postmaster.in(directory.resolve("data")).orElseThrow().process();

        victim.destroyForcibly();

        victim.onExit().get(10, TimeUnit.SECONDS);
        assertThat(eventuallyRemembered(access)).isEqualTo("a");
        // It answers a moment before whoever started it knows.
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!postgres.trouble().isEmpty() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(postgres.trouble()).isEmpty();
    }

    @Test
    void takesOverFromAHubThatWasKilled() throws Exception {
        try (var other = OtherHub.in(directory)) {
            assertThat(other.answer()).startsWith("jdbc:postgresql://127.0.0.1:");
            var leftover =
                    Postmaster.in(directory.resolve("data")).orElseThrow().process();
            other.kill();
            assertThat(leftover.isAlive()).isTrue();

            var access = postgres.start();

            assertThat(leftover.isAlive()).isFalse();
            remember(access, "a");
            assertThat(remembered(access)).isEqualTo("a");
        }
    }

    @Test
    void refusesADirectoryThatAnotherHubUses() throws Exception {
        try (var other = OtherHub.in(directory)) {
            assertThat(other.answer()).startsWith("jdbc:postgresql:");

            assertThatIllegalStateException()
                    .isThrownBy(postgres::start)
                    .withMessageContaining("in use by another hub");
            assertThat(Postmaster.in(directory.resolve("data"))).isPresent();
        }
    }

    @Test
    void letsOneOfTwoHubsHaveTheDirectoryThatBothStartOn() throws Exception {
        try (var one = OtherHub.in(directory);
                var two = OtherHub.in(directory)) {
            var answers = List.of(one.answer(), two.answer());

            assertThat(answers)
                    .filteredOn(a -> a.startsWith("jdbc:postgresql:"))
                    .hasSize(1);
            assertThat(answers)
                    .filteredOn(a -> a.contains("in use by another hub"))
                    .hasSize(1);
        }
    }

    @Test
    void refusesADirectoryThatIsInUseInThisProcessAndLeavesItsUserAlone() throws Exception {
        var access = postgres.start();
        try (var second = new EmbeddedPostgres(directory);
                var other = OtherHub.in(directory)) {
            assertThatIllegalStateException().isThrownBy(second::start).withMessageContaining("in use by another hub");
            assertThat(other.answer()).contains("in use by another hub");
        }
        remember(access, "a");
        assertThat(remembered(access)).isEqualTo("a");
    }

    @Test
    void forgetsAStalePidFileOfAStranger() throws Exception {
        postgres.start();
        postgres.close();
        var pid = ProcessHandle.current().pid();
        Files.writeString(directory.resolve("data/postmaster.pid"), pid + "\n" + directory + "\n0\n1\n\n\n\nready\n");

        assertThat(Postmaster.in(directory.resolve("data"))).isEmpty();
        Files.delete(directory.resolve("data/postmaster.pid"));
    }

    @Test
    void neverTalksToAStrangerOnItsPort() throws Exception {
        try (var stranger = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var fixed =
                        new EmbeddedPostgres(directory, "nobody", stranger.getLocalPort(), Duration.ofSeconds(60))) {
            assertThatIllegalStateException().isThrownBy(fixed::start).withMessageContaining("could not");
        }
    }

    @Test
    void unpacksProgramsAgainThatWereChanged() throws Exception {
        postgres.start();
        postgres.close();
        var program = Files.walk(directory.resolve("binaries"))
                .filter(f -> f.endsWith("bin/postgres"))
                .findFirst()
                .orElseThrow();
        var size = Files.size(program);
        // Written into it would be busy, until the server's logger has ended too.
        Files.delete(program);
        Files.writeString(program, "#!/bin/sh\nexit 3\n");
        postgres.start();
        assertThat(program).hasSize(size);
        postgres.close();
        var stranger = Files.writeString(program.resolveSibling("stranger"), "#!/bin/sh\n");
        postgres.start();
        assertThat(stranger).doesNotExist();
    }

    @Test
    void startsAfreshWhenTheFirstStartWasCutOff() throws Exception {
        Files.createDirectories(directory.resolve("data.new/base"));
        Files.createDirectories(directory.resolve("binaries/half.new"));

        assertThat(postgres.start().url()).isNotEmpty();
    }

    @Test
    void saysThatTheDirectoryCannotBeWritten() throws Exception {
        try (var lost = new EmbeddedPostgres(Path.of("/proc/animus/postgres"))) {
            assertThatIllegalStateException().isThrownBy(lost::start).withMessageContaining("/proc/animus");
        }
    }

    @Test
    void saysThatPasswordsAreMissing() throws Exception {
        postgres.start();
        postgres.close();
        Files.delete(directory.resolve("credentials"));

        assertThatIllegalStateException().isThrownBy(postgres::start).withMessageContaining("restore it from a backup");
    }

    @Test
    void runsAsSomebodyElseWhereOnlyRootCanGo() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        Files.setPosixFilePermissions(folder, fromString("rwx------"));

        remember(postgres.start(), "a");

        var server = Postmaster.in(directory.resolve("data")).orElseThrow().process();
        assertThat(Files.getOwner(Path.of("/proc/" + server.pid())).getName()).isEqualTo("nobody");
    }

    @Test
    void runsForANormalUser() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root to become somebody else");
        Files.createDirectory(directory);
        Files.setAttribute(directory, "unix:uid", Files.getAttribute(nobodys(), "unix:uid"));

        try (var other = OtherHub.ofNobody(directory, folder.resolve("classes"))) {
            assertThat(other.answer()).startsWith("jdbc:postgresql:");
        }
    }

    @Test
    void tellsANormalUserWhatItMayNotWrite() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root to become somebody else");
        Files.createDirectory(directory);

        try (var other = OtherHub.ofNobody(directory, folder.resolve("classes"))) {
            assertThat(other.answer()).contains("no permission to write " + directory);
        }
    }

    private Path nobodys() throws IOException {
        var file = Files.createFile(folder.resolve("nobodys"));
        var nobody = file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        return Files.setOwner(file, nobody);
    }

    private static void remember(DatabaseAccess access, String word) throws SQLException {
        tell(access, access.owner(), "create table memory (word text)");
        tell(access, access.owner(), "insert into memory values ('" + word + "')");
    }

    private static String remembered(DatabaseAccess access) throws SQLException {
        return ask(access, access.owner(), "select word from memory");
    }

    private static String eventuallyRemembered(DatabaseAccess access) throws Exception {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                return remembered(access);
            } catch (SQLException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    private static Connection connect(DatabaseAccess access, Credentials role) throws SQLException {
        return DriverManager.getConnection(access.url(), role.user(), role.password());
    }

    private static void tell(DatabaseAccess access, Credentials role, String sql) throws SQLException {
        try (var connection = connect(access, role);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(DatabaseAccess access, Credentials role, String sql) throws SQLException {
        try (var connection = connect(access, role);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
