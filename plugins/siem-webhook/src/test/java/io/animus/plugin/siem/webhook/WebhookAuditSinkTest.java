package io.animus.plugin.siem.webhook;

import static io.animus.api.tck.AuditSinkContract.entries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.animus.api.audit.AuditSink;
import io.animus.api.audit.Receipt;
import io.animus.api.audit.format.Members;
import io.animus.api.tck.AuditSinkContract;
import io.animus.api.tck.TlsCertificates;
import io.animus.api.tck.TlsCertificates.Shown;
import io.animus.api.tck.WebhookReceiver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real receiver over HTTPS, which checks signatures on its own. */
class WebhookAuditSinkTest implements AuditSinkContract {
    @TempDir
    static Path shared;

    private static TlsCertificates certificates;

    @TempDir
    Path folder;

    private WebhookReceiver receiver;
    private WebhookAuditSink sink;

    @BeforeAll
    static void certify() throws Exception {
        certificates = TlsCertificates.in(shared);
    }

    @BeforeEach
    void start() throws Exception {
        receiver = new WebhookReceiver(folder, certificates, Shown.GOOD, WebhookReceiver.SECRET);
        sink = to("/", Map.of());
    }

    @AfterEach
    void stop() {
        sink.close();
        receiver.close();
    }

    @Override
    public AuditSink sink() {
        return sink;
    }

    @Override
    public List<Long> received(int count) {
        return Sinks.indexes(receiver);
    }

    @Override
    public void stopReceiver() {
        receiver.kill();
    }

    @Override
    public void startReceiver() {
        try {
            receiver.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private WebhookAuditSink to(String path, Map<String, Object> more) throws IOException {
        return Sinks.local(folder, certificates, receiver.url(path), more);
    }

    @Test
    void sendsManyEntriesWithOneMessageWhoseIdIsOfItsContent() {
        sink.deliver(entries(0, 250));
        sink.deliver(entries(0, 250));
        var messages = receiver.received();
        assertThat(messages.size()).isBetween(6, 20);
        var ids = messages.stream().map(message -> message.header("webhook-id")).toList();
        assertThat(ids.subList(0, ids.size() / 2))
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("batch-[0-9a-f]{32}"))
                .isEqualTo(ids.subList(ids.size() / 2, ids.size()));
        assertThat(messages).allSatisfy(message -> {
            assertThat(message.header("content-type")).isEqualTo("application/cloudevents-batch+json");
            assertThat(message.body().length).isLessThan(70_000);
        });
    }

    @Test
    void sendsEntriesAloneIfToldSo() throws Exception {
        sink.close();
        sink = to("/", Map.of("batch__entries", 1, "format", "ocsf"));
        assertThat(sink.deliver(entries(4, 7))).isEqualTo(Receipt.all(entries(4, 7)));
        assertThat(receiver.received()).hasSize(3).allSatisfy(message -> {
            assertThat(message.header("content-type")).isEqualTo("application/cloudevents+json");
            var event = Sinks.events(message).findFirst().orElseThrow();
            assertThat(Members.text(event, "id")).isEqualTo(message.header("webhook-id"));
            assertThat(Members.text(event, "data", "metadata", "uid")).isEqualTo(message.header("webhook-id"));
        });
    }

    @Test
    void findsTheOneEntryThatTheReceiverRefuses() throws Exception {
        sink.close();
        sink = to("/picky?refuses=%22leafindex%22:%22637%22", Map.of());
        var receipt = sink.deliver(entries(0, 1_000));
        assertThat(receipt.settled()).isEqualTo(1_000);
        assertThat(receipt.refused()).hasSize(1);
        assertThat(receipt.refused().get(0).index()).isEqualTo(637);
        assertThat(receipt.refused().get(0).reason()).contains("422");
        assertThat(Sinks.indexes(receiver)).contains(0L, 636L, 638L, 999L);
        assertThat(receiver.received()).hasSizeLessThan(60);
    }

    @Test
    void sendsLessAtOnceToAReceiverThatTakesLittle() throws Exception {
        sink.close();
        sink = to("/small?most=10000", Map.of());
        assertThat(sink.deliver(entries(0, 300))).isEqualTo(Receipt.all(entries(0, 300)));
        assertThat(Sinks.indexes(receiver))
                .isEqualTo(LongStream.range(0, 300).boxed().toList());
    }

    @Test
    void takesNoConfigurationThatItDoesNotUnderstand() {
        assertThatThrownBy(() -> to("/", Map.of("format", "cef"))).hasMessageContaining("cloudevents, ocsf");
        assertThatThrownBy(() -> to("/", Map.of("secret__file", ""))).hasMessageContaining("secret_file");
        assertThatThrownBy(() -> to("/", Map.of("url", "http://127.0.0.1/"))).hasMessageContaining("insecure_hosts");
        assertThatThrownBy(() -> to("/", Map.of("url", ""))).hasMessageContaining("https");
    }
}
