package io.animus.api.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.AuditSink;
import io.animus.api.audit.Receipt.Refused;
import java.util.List;
import org.junit.jupiter.api.Test;

class InMemoryAuditSinkTest implements AuditSinkContract {
    private final InMemoryAuditSink sink = new InMemoryAuditSink(entry -> entry.index() == 13_000);

    @Override
    public AuditSink sink() {
        return sink;
    }

    @Override
    public List<Long> received(int count) {
        return sink.received().stream().map(AuditEntry::index).toList();
    }

    @Override
    public void stopReceiver() {
        sink.setDown(true);
    }

    @Override
    public void startReceiver() {
        sink.setDown(false);
    }

    @Test
    void namesWhatItRefuses() {
        var receipt = sink.deliver(AuditSinkContract.entries(12_999, 13_002));
        assertThat(receipt.settled()).isEqualTo(3);
        assertThat(receipt.refused()).extracting(Refused::index).containsExactly(13_000L);
        assertThat(received(2)).containsExactly(12_999L, 13_001L);
    }
}
