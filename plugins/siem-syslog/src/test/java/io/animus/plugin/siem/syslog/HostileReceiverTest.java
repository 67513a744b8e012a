package io.animus.plugin.siem.syslog;

import static io.animus.api.tck.AuditSinkContract.entries;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.animus.api.audit.AuditSink;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.types.ExternalSystemException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Receivers that do what no receiver should. */
class HostileReceiverTest {
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void hangUp() throws IOException {
        server.close();
    }

    @Test
    void givesUpOnAReceiverThatAcceptsAndNeverReads() {
        var sink = Sinks.local("tcp", server.getLocalPort(), Map.of("write__timeout__ms", 300));
        try {
            assertTimeoutPreemptively(ofSeconds(20), () -> fillUp(sink, "takes longer than 300 ms"));
            assertThat(sink.health().state()).isEqualTo(PluginHealth.State.DOWN);
        } finally {
            sink.close();
        }
    }

    @Test
    void givesUpOnAReceiverThatNeverShakesHands() {
        var sink = Sinks.local("tls", server.getLocalPort(), Map.of("connect__timeout__ms", 300));
        try {
            assertTimeoutPreemptively(ofSeconds(20), () -> fillUp(sink, "takes longer than 300 ms"));
        } finally {
            sink.close();
        }
    }

    @Test
    void letsAnInterruptedThreadGo() throws Exception {
        var sink = Sinks.local("tcp", server.getLocalPort(), Map.of());
        var thrown = new AtomicReference<Throwable>();
        var started = new CountDownLatch(1);
        var caller = new Thread(() -> {
            try {
                sink.deliver(entries(0, 1));
                started.countDown();
                fillUp(sink, "cut off");
            } catch (AssertionError e) {
                thrown.set(e);
            }
        });
        caller.start();
        started.await();
        caller.interrupt();
        caller.join(10_000);
        assertThat(caller.isAlive()).isFalse();
        assertThat(thrown).hasNullValue();
        sink.close();
    }

    @Test
    void saysThatTheLastMessagesMayBeLostRatherThanConnectAnewInSilence() throws Exception {
        var sink = Sinks.local("tcp", server.getLocalPort(), Map.of());
        try {
            sink.deliver(entries(0, 1));
            // It takes half of a frame and dies.
            try (var accepted = server.accept()) {
                assertThat(new String(accepted.getInputStream().readNBytes(20), UTF_8))
                        .matches("(?s)\\d+ <110>1 .*");
            }
            assertThatThrownBy(() -> sink.deliver(entries(1, 2)))
                    .isInstanceOf(ExternalSystemException.class)
                    .matches(e -> ((ExternalSystemException) e).reason().isRetryable());
            sink.deliver(entries(0, 2));
            try (var accepted = server.accept()) {
                var in = accepted.getInputStream();
                for (var index = 0; index < 2; index++) {
                    var length = 0;
                    for (var digit = in.read(); digit != ' '; digit = in.read()) {
                        length = length * 10 + digit - '0';
                    }
                    assertThat(new String(in.readNBytes(length), UTF_8)).contains("leafIndex=\"" + index + "\"");
                }
            }
        } finally {
            sink.close();
        }
    }

    private static void fillUp(AuditSink sink, String why) {
        assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(() -> {
                    while (true) {
                        sink.deliver(entries(0, AuditSink.MAX_BATCH));
                    }
                })
                .matches(e -> e.reason().isRetryable(), "is retryable")
                .withMessageContaining(why);
    }
}
