package io.animus.plugin.siem.webhook;

import static io.animus.api.tck.AuditSinkContract.entries;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.animus.api.audit.Receipt;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.tck.TlsCertificates;
import io.animus.api.tck.TlsCertificates.Shown;
import io.animus.api.tck.WebhookReceiver;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Receivers that do what no receiver should: entries stay with the kernel, and it learns why. */
class HostileReceiverTest {
    @TempDir
    static Path shared;

    private static TlsCertificates certificates;
    private static WebhookReceiver receiver;

    @BeforeAll
    static void serve() throws Exception {
        certificates = TlsCertificates.in(shared);
        receiver = new WebhookReceiver(shared.resolve("receiver"), certificates, Shown.GOOD, WebhookReceiver.SECRET);
    }

    @AfterAll
    static void stopServing() {
        receiver.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/status/500, UNAVAILABLE, answers 500",
        "/status/503, UNAVAILABLE, answers 503",
        "/status/429, UNAVAILABLE, answers 429",
        "/status/401, DENIED, see secret_file",
        "/status/403, DENIED, see secret_file",
        "/status/404, REJECTED, see url",
        "/status/410, REJECTED, see url",
        "/redirect, REJECTED, redirects",
        "/silent, UNAVAILABLE, doesn't answer",
        "/other-protocol, UNAVAILABLE, HTTP",
        "/endless-head, UNAVAILABLE, 64 KiB",
        "/dripping-head, UNAVAILABLE, doesn't answer"
    })
    void holdsAllEntries(String path, Reason reason, String why) throws Exception {
        var sink = sink(path, Map.of());
        assertTimeoutPreemptively(ofSeconds(10), () -> assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(() -> sink.deliver(entries(0, 10)))
                .withMessageStartingWith("audit receiver 127.0.0.1:")
                .withMessageContaining(why)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason)));
        assertThat(sink.health().state()).isEqualTo(PluginHealth.State.DOWN);
        sink.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 413, 422})
    void namesTheEntriesThatAreRefusedForGood(int status) throws Exception {
        var sink = sink("/status/" + status, Map.of());
        var receipt = sink.deliver(entries(0, 3));
        assertThat(receipt.settled()).isEqualTo(3);
        assertThat(receipt.refused()).extracting(Receipt.Refused::index).containsExactly(0L, 1L, 2L);
        sink.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/endless", "/drip"})
    void needsNoEndOfAnAnswerToKnowWhatItSays(String path) throws Exception {
        var sink = sink(path, Map.of());
        assertTimeoutPreemptively(
                ofSeconds(10), () -> assertThat(sink.deliver(entries(0, 10))).isEqualTo(Receipt.all(entries(0, 10))));
        sink.close();
    }

    @Test
    void leavesAReceiverAloneForAsLongAsItAsks() throws Exception {
        var sink = sink("/status/429?after=3600", Map.of());
        var before = receiver.received().size();
        for (var n = 0; n < 3; n++) {
            assertThatExceptionOfType(ExternalSystemException.class)
                    .isThrownBy(() -> sink.deliver(entries(0, 10)))
                    .matches(e -> e.reason().isRetryable(), "is retryable");
        }
        assertThat(receiver.received()).hasSize(before + 1);
        sink.close();
    }

    @Test
    void goesToNoAddressThatTheOperatorDoesNotAllow() throws Exception {
        var before = receiver.received().size();
        var sink = sink("/", Map.of("allowed__hosts", new String[0]));
        assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(() -> sink.deliver(entries(0, 10)))
                .withMessageContaining("allowed_hosts")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.REJECTED));
        assertThat(receiver.received()).hasSize(before);
        sink.close();
    }

    private static WebhookAuditSink sink(String path, Map<String, Object> more) throws Exception {
        return Sinks.local(shared, certificates, receiver.url(path), more);
    }
}
