package io.animus.plugin.events.webhook;

import static io.animus.api.tck.EventPublisherContract.event;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.animus.api.events.Destination;
import io.animus.api.events.Outcome;
import io.animus.api.plugin.egress.EgressGuard;
import io.animus.api.tck.TlsCertificates;
import io.animus.api.tck.TlsCertificates.Shown;
import io.animus.api.tck.WebhookReceiver;
import io.animus.api.types.TypeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Receivers that do what no receiver should. */
class HostileReceiverTest {
    private static final TypeId SUBSCRIPTION = new TypeId("whk_00000000000000000000000001");

    @TempDir
    static Path shared;

    private static TlsCertificates certificates;
    private static WebhookReceiver receiver;

    private WebhookEventPublisher publisher;

    @BeforeAll
    static void serve() throws Exception {
        certificates = TlsCertificates.in(shared);
        receiver = new WebhookReceiver(shared.resolve("receiver"), certificates, Shown.GOOD, WebhookReceiver.SECRET);
    }

    @AfterAll
    static void stopServing() {
        receiver.close();
    }

    @BeforeEach
    void start() throws Exception {
        publisher = Publishers.of(settings(Map.of("connect__timeout__ms", 2_000, "answer__timeout__ms", 700)));
    }

    @AfterEach
    void stop() {
        publisher.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504, 408, 429})
    void triesLaterWhatMayBeTakenLater(int status) {
        assertThat(post("/status/" + status))
                .isEqualTo(new Outcome.Postponed(status, "the receiver answers " + status, null));
    }

    @Test
    void leavesAReceiverAloneForAsLongAsItAsks() {
        assertThat(post("/status/429?after=77"))
                .isInstanceOfSatisfying(Outcome.Postponed.class, postponed -> assertThat(postponed.after())
                        .isEqualTo(ofSeconds(77)));
        var date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().plusSeconds(3600).atOffset(ZoneOffset.UTC));
        assertThat(post("/status/503?after=" + date.replace(" ", "%20").replace("+", "%2B")))
                .isInstanceOfSatisfying(Outcome.Postponed.class, postponed -> assertThat(postponed.after())
                        .isBetween(ofSeconds(3590), ofSeconds(3600)));
        for (var nonsense : List.of("soon", "-1", "99999999999999", "")) {
            assertThat(post("/status/429?after=" + nonsense)).isInstanceOf(Outcome.Postponed.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 413, 422, 300})
    void givesUpAtOnceWhereNoRepetitionHelps(int status) {
        assertThat(post("/status/" + status)).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
            assertThat(refused.status()).isEqualTo(status);
            assertThat(refused.isGone()).isFalse();
        });
    }

    @Test
    void saysThatTheReceiverIsGone() {
        assertThat(post("/status/410"))
                .isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.isGone())
                        .isTrue());
    }

    @Test
    void followsNoRedirect() {
        var before = receiver.received().size();
        assertThat(post("/redirect")).isInstanceOfSatisfying(Outcome.Refused.class, refused -> {
            assertThat(refused.status()).isEqualTo(302);
            assertThat(refused.reason()).contains("redirects").doesNotContain("169.254");
        });
        assertThat(receiver.received()).hasSize(before + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/endless", "/drip"})
    void needsNoEndOfAnAnswerToKnowWhatItSays(String path) {
        assertTimeoutPreemptively(ofSeconds(10), () -> assertThat(post(path)).isEqualTo(new Outcome.Delivered(200)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/endless-head", "/dripping-head", "/silent", "/other-protocol"})
    void waitsForNoHeadThatDoesNotEnd(String path) {
        assertTimeoutPreemptively(ofSeconds(10), () -> assertThat(post(path))
                .isInstanceOfSatisfying(Outcome.Postponed.class, postponed -> {
                    assertThat(postponed.status()).isZero();
                    assertThat(postponed.reason()).startsWith("127.0.0.1 doesn't answer: ");
                }));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GOOD")
    void sendsNothingToAReceiverWithABadCertificate(Shown shown) throws Exception {
        try (var bad = new WebhookReceiver(shared.resolve(shown.name()), certificates, shown, WebhookReceiver.SECRET)) {
            assertThat(publisher.publish(event(1), new Destination(SUBSCRIPTION, bad.url("/"), "team")))
                    .isInstanceOfSatisfying(Outcome.Postponed.class, postponed -> assertThat(postponed.reason())
                            .contains("certificate"));
            assertThat(bad.received()).isEmpty();
        }
    }

    @Test
    void goesToNoAddressThatTheOperatorDoesNotAllow() throws Exception {
        var strict = Publishers.of(settings(Map.of("allowed__hosts", new String[0])));
        try (var inside = new Counting("127.0.0.1", 0)) {
            for (var host : List.of("127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "0.0.0.0")) {
                var url = URI.create("https://" + host + ":" + inside.port() + "/");
                var outcome = strict.publish(event(1), new Destination(SUBSCRIPTION, url, "team"));
                assertThat(outcome).as(host).isNotInstanceOf(Outcome.Delivered.class);
            }
            assertThat(strict.publish(
                            event(1), new Destination(SUBSCRIPTION, URI.create("https://169.254.169.254/"), "team")))
                    .isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.reason())
                            .contains("not public"));
            assertThat(inside.connections()).isZero();
        } finally {
            strict.close();
        }
    }

    @Test
    void connectsToTheAddressThatItLookedAtAndToNoOther() throws Exception {
        var lookUps = new AtomicInteger();
        // 127.0.0.2 stands for the public address, and every look-up after the first says 127.0.0.1.
        var guard = new EgressGuard(List.of("127.0.0.2"), host ->
                new InetAddress[] {InetAddress.getByName(lookUps.getAndIncrement() == 0 ? "127.0.0.2" : "127.0.0.1")});
        try (var outside = new Counting("127.0.0.2", 0);
                var inside = new Counting("127.0.0.1", outside.port())) {
            var rebound = Publishers.of(Publishers.config(settings(Map.of("connect__timeout__ms", 500))), guard);
            try {
                var destination = new Destination(
                        SUBSCRIPTION, URI.create("https://rebind.example:" + outside.port() + "/"), "team");
                assertThat(rebound.publish(event(1), destination)).isInstanceOf(Outcome.Postponed.class);
                assertThat(lookUps).hasValue(1);
                assertThat(outside.connections()).isEqualTo(1);
                assertThat(rebound.publish(event(1), destination)).isInstanceOf(Outcome.Refused.class);
                assertThat(outside.connections()).isEqualTo(1);
                assertThat(inside.connections()).isZero();
            } finally {
                rebound.close();
            }
        }
    }

    @Test
    void letsAnInterruptedThreadGo() throws Exception {
        var patient = Publishers.of(settings(Map.of()));
        var done = new CountDownLatch(1);
        var before = receiver.received().size();
        var caller = new Thread(() -> {
            patient.publish(event(1), new Destination(SUBSCRIPTION, receiver.url("/silent"), "team"));
            done.countDown();
        });
        caller.start();
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            while (receiver.received().size() == before) {
                Thread.onSpinWait();
            }
        });
        caller.interrupt();
        caller.join(5_000);
        assertThat(caller.isAlive()).isFalse();
        patient.close();
    }

    private Outcome post(String path) {
        return publisher.publish(event(1), new Destination(SUBSCRIPTION, receiver.url(path), "team"));
    }

    private static Map<String, Object> settings(Map<String, Object> more) throws IOException {
        return Publishers.local(shared, certificates.authority().toString(), more);
    }

    /** Accepts, counts, and says nothing. */
    private static final class Counting implements AutoCloseable {
        private final ServerSocket socket;
        private final AtomicInteger connections = new AtomicInteger();

        private Counting(String address, int port) throws IOException {
            socket = new ServerSocket(port, 50, InetAddress.getByName(address));
            CompletableFuture.runAsync(this::count);
        }

        private void count() {
            while (true) {
                try {
                    socket.accept();
                    connections.incrementAndGet();
                } catch (IOException e) {
                    return;
                }
            }
        }

        private int port() {
            return socket.getLocalPort();
        }

        private int connections() {
            return connections.get();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
