package io.animus.kernel.shell;

import static java.net.StandardProtocolFamily.UNIX;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ShellSocketTest {
    private static final int CTRL_D = 4;
    private static final Duration LONG = Duration.ofHours(1);
    private static final String KEY = "ank_" + "k".repeat(43);

    @TempDir
    private Path folder;

    private RealShell shell;
    private volatile @Nullable ShellSocket socket;
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeEach
    void start() {
        shell = new RealShell(new Door());
    }

    @AfterEach
    void stop() throws IOException {
        close();
        shell.close();
    }

    @Test
    void aSessionAnswersAndEndsWithItsInput() throws Exception {
        shell.hold();
        open();
        assertThat(says("plugin-list\n")).contains("animus> ", "DATABASE_UNAVAILABLE: ");
    }

    @Test
    void aKeyTypedInTheWrongPlaceIsNotKept() throws Exception {
        shell.hold();
        open();
        says("plugin-list\n" + KEY + "\n");

        assertThat(Files.readString(Path.of(System.getProperty("karaf.history"))))
                .contains("plugin-list")
                .doesNotContain(KEY);
    }

    @Test
    void nobodyElseMayEnterItsFolder() throws Exception {
        shell.hold();
        open();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("shell"))))
                .isEqualTo("rwx------");
        close();
        assertThat(folder.resolve("shell/socket")).doesNotExist();
    }

    @Test
    void aHubThatWasKilledLeavesNoObstacle() throws Exception {
        Files.createDirectories(folder.resolve("shell"));
        Files.createFile(folder.resolve("shell/socket"));

        shell.hold();
        open();
        assertThat(says("help\n")).contains("animus> ");
    }

    @Test
    void staysClosedWhereKarafsOwnCommandsAreInReach() throws Exception {
        shell.holdMethods();
        open();
        assertThat(says("plugin-list\n")).contains("The shell stays closed").doesNotContain("animus> ");
    }

    @Test
    void staysClosedWhereMethodsCanBeCalled() throws Exception {
        shell.holdCommands();
        open();
        assertThat(says("plugin-list\n")).contains("The shell stays closed").doesNotContain("animus> ");
    }

    @Test
    void staysClosedWhereACommandIsInReachThatNoListNames() throws Exception {
        shell.hold();
        shell.bringSecretly("shell", "new");
        open();
        assertThat(says("plugin-list\n")).contains("The shell stays closed").doesNotContain("animus> ");
    }

    @Test
    void whoeverSpeaksSomethingElseIsTurnedAway() throws Exception {
        shell.hold();
        open();
        assertThat(answers("GET / HTTP/1.1\n"))
                .startsWith("The shell stays closed: ")
                .doesNotContain("animus> ");
        assertThat(answers("animus-shell 1 dumb 0 0 /no\0path\n")).contains("no letters for this folder");
        assertThat(says("help\n")).contains("animus> ");
    }

    @Test
    void whoeverStandsInAFolderWithoutANameIsToldSo() {
        var code = Main.run(
                List.of(path().toString(), "dumb", "0", "0", "/no\0path"),
                InputStream.nullInputStream(),
                new PrintStream(shown, true, UTF_8),
                new PrintStream(said, true, UTF_8));

        assertThat(code).isEqualTo(1);
        assertThat(said.toString(UTF_8)).contains("no letters for the folder");
    }

    @Test
    void whoeverGreetsTooLateIsTurnedAway() throws Exception {
        shell.hold();
        open(ServerSocketChannel.open(UNIX), Duration.ofMillis(10));
        try (var silent = connect()) {
            assertThat(read(silent)).contains("No greeting came");
        }
    }

    @Test
    void whoeverComesWhenAllSeatsAreTakenIsToldSo() throws Exception {
        shell.hold();
        open();
        var seats = new ArrayList<SocketChannel>();
        try {
            for (var seat = 0; seat < ShellSocket.MOST_SESSIONS; seat++) {
                seats.add(connect());
            }
            assertThat(carried("")).isEqualTo(1);
            assertThat(shown.toString(UTF_8)).contains("8 sessions are open");
        } finally {
            for (var seat : seats) {
                seat.close();
            }
        }
    }

    @Test
    void goesOnAfterAFailureToTakeSomebodyIn() throws Exception {
        shell.hold();
        var isFirst = new AtomicBoolean(true);
        open(
                WatchedServer.with(() -> {
                    if (isFirst.getAndSet(false)) {
                        throw new IOException("Too many open files");
                    }
                }),
                LONG);
        connect().close();

        assertThat(says("help\n")).contains("animus> ");
    }

    @Test
    void whoeverComesWhileItClosesFindsItClosed() throws Exception {
        shell.hold();
        open(WatchedServer.with(this::close), LONG);

        assertThat(carried("help\n")).isEqualTo(1);
        assertThat(shown.toString(UTF_8)).doesNotContain("animus> ");
    }

    @Test
    void aSessionThatBreaksOffIsNoSuccess() throws Exception {
        shell.hold();
        open();
        assertThat(carried("help\n")).isZero();
        assertThat(shown.toString(UTF_8)).contains("animus> ").doesNotContain(String.valueOf(Greeting.END));
        assertThat(said.toString(UTF_8)).isEmpty();

        assertThat(sits(keys -> keys.write(CTRL_D))).isZero();
        assertThat(said.toString(UTF_8)).isEmpty();
        assertThat(sits(keys -> close())).isEqualTo(1);
        assertThat(said.toString(UTF_8)).contains("the hub closed the session");
    }

    private void open() throws IOException {
        open(ServerSocketChannel.open(UNIX), LONG);
    }

    private void open(ServerSocketChannel server, Duration patience) throws IOException {
        socket = new ShellSocket(shell.factory(), folder.resolve("shell"), server, patience);
    }

    private void close() throws IOException {
        var opened = socket;
        if (opened != null) {
            opened.close();
        }
    }

    /** How {@code bin/animus shell} ends for whoever types this. */
    private int carried(String typed) {
        return carried(new ByteArrayInputStream(typed.getBytes(UTF_8)));
    }

    private int carried(InputStream keys) {
        var arguments = List.of(path().toString(), "dumb", "", "0", folder.toString());
        return Main.run(arguments, keys, new PrintStream(shown, true, UTF_8), new PrintStream(said, true, UTF_8));
    }

    /** What happens to somebody who sits at the prompt. */
    private interface Event {
        void happen(OutputStream keys) throws IOException;
    }

    /** How {@code bin/animus shell} ends when this happens. */
    private int sits(Event event) throws Exception {
        shown.reset();
        try (var keys = new PipedOutputStream();
                var typed = new PipedInputStream(keys)) {
            var session = CompletableFuture.supplyAsync(() -> carried(typed));
            while (!shown.toString(UTF_8).contains("animus> ")) {
                Thread.sleep(5);
            }
            event.happen(keys);
            keys.flush();
            return session.get();
        }
    }

    private Path path() {
        return folder.resolve("shell/socket");
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(path()));
    }

    private static String read(SocketChannel hub) throws IOException {
        var answer = new ByteArrayOutputStream();
        ChannelStreams.in(hub).transferTo(answer);
        return answer.toString(UTF_8);
    }

    private String says(String typed) throws IOException {
        return answers(new Greeting("dumb", 0, 0, folder).line() + typed);
    }

    private String answers(String sent) throws IOException {
        try (var hub = connect()) {
            ChannelStreams.out(hub).write(sent.getBytes(UTF_8));
            hub.shutdownOutput();
            return read(hub);
        }
    }
}
