package io.animus.kernel.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ShellSocketTest {
    private static final String KEY = "ank_" + "k".repeat(43);

    @TempDir
    private Path folder;

    private RealShell shell;
    private @Nullable ShellSocket socket;

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
        open();
        assertThat(says("plugin-list\n")).contains("The shell stays closed").doesNotContain("animus> ");
    }

    @Test
    void whoeverSpeaksSomethingElseIsTurnedAway() throws Exception {
        shell.hold();
        open();
        assertThat(answers("GET / HTTP/1.1\n")).isEmpty();
        assertThat(says("help\n")).contains("animus> ");
    }

    private void open() throws IOException {
        socket = new ShellSocket(shell.factory(), folder.resolve("shell"));
    }

    private void close() throws IOException {
        if (socket != null) {
            socket.close();
        }
    }

    private String says(String typed) throws IOException {
        return answers(new Greeting("dumb", 0, 0, folder).line() + typed);
    }

    private String answers(String sent) throws IOException {
        try (var hub = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("shell/socket")))) {
            ChannelStreams.out(hub).write(sent.getBytes(UTF_8));
            hub.shutdownOutput();
            var answer = new ByteArrayOutputStream();
            ChannelStreams.in(hub).transferTo(answer);
            return answer.toString(UTF_8);
        }
    }
}
