package io.animus.api.plugin.egress;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whether the other side has hung up, as a protocol asks in which it never speaks. */
@Timeout(30)
class WireTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private ServerSocket server;
    private Wire wire;
    private Socket other;

    @BeforeEach
    void connect() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        wire = Wire.open(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), null, LIMIT);
        other = server.accept();
    }

    @AfterEach
    void close() throws IOException {
        wire.close();
        other.close();
        server.close();
    }

    @Test
    void anOpenConnectionIsOpenAndCanStillBeWrittenTo() throws IOException {
        for (var i = 0; i < 3; i++) {
            wire.checkOpen(Duration.ZERO);
            wire.checkOpen(Duration.ofMillis(1));
            write("abc");
            assertThat(new String(other.getInputStream().readNBytes(3), US_ASCII))
                    .isEqualTo("abc");
        }
    }

    @Test
    void whoHasHungUpIsFoundOut() throws IOException {
        other.close();

        assertThatThrownBy(this::checkAgainAndAgain)
                .isInstanceOf(EOFException.class)
                .hasMessage("the other side has closed the connection");
        assertThatThrownBy(() -> write("abc")).isInstanceOf(IOException.class);
    }

    @Test
    void whatItSaidBeforeIsNoReasonToTakeItForOpen() throws IOException {
        other.getOutputStream().write(new byte[5_000]);
        other.close();

        assertThatThrownBy(this::checkAgainAndAgain).isInstanceOf(EOFException.class);
    }

    @Test
    void oneThatWasClosedHereIsNotOpen() {
        wire.close();

        assertThatThrownBy(() -> wire.checkOpen(Duration.ZERO)).isInstanceOf(IOException.class);
    }

    /** The news may take a moment to arrive. */
    private void checkAgainAndAgain() throws IOException {
        while (true) {
            wire.checkOpen(Duration.ZERO);
        }
    }

    private void write(String text) throws IOException {
        wire.within(LIMIT, (in, out) -> {
            out.write(text.getBytes(US_ASCII));
            return true;
        });
    }
}
