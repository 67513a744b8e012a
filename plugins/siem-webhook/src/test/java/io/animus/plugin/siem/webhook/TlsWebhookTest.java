package io.animus.plugin.siem.webhook;

import static io.animus.api.tck.AuditSinkContract.entries;

import io.animus.api.tck.TlsCertificates;
import io.animus.api.tck.TlsCertificates.Shown;
import io.animus.api.tck.TlsContract;
import io.animus.api.tck.WebhookReceiver;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** One receiver for each certificate, good or bad. */
class TlsWebhookTest implements TlsContract {
    @TempDir
    static Path shared;

    private static TlsCertificates certificates;
    private static final Map<Shown, WebhookReceiver> RECEIVERS = new EnumMap<>(Shown.class);

    @BeforeAll
    static void serve() throws Exception {
        certificates = TlsCertificates.in(shared);
        for (var shown : Shown.values()) {
            RECEIVERS.put(
                    shown,
                    new WebhookReceiver(shared.resolve(shown.name()), certificates, shown, WebhookReceiver.SECRET));
        }
    }

    @AfterAll
    static void stopServing() {
        RECEIVERS.values().forEach(WebhookReceiver::close);
    }

    @Override
    public TlsCertificates certificates() {
        return certificates;
    }

    @Override
    public long failedHandshakes(Shown shown) {
        return RECEIVERS.get(shown).failedHandshakes();
    }

    @Override
    public void call(Shown shown, String authorities) throws Exception {
        var sink = Sinks.local(shared, certificates, RECEIVERS.get(shown).url("/"), Map.of("ca__file", authorities));
        try {
            sink.deliver(entries(0, 1));
        } finally {
            sink.close();
        }
    }
}
