package io.animus.api.tck;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.AuditSink;
import io.animus.api.audit.Receipt;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What every {@link AuditSink} must do. Implement the methods; inherit the tests. */
public interface AuditSinkContract {

    /** What not every sink can. */
    enum Capability {
        /** Knows of each entry whether it arrived. Switched off, {@link AuditSink#acknowledges} says so. */
        ACKNOWLEDGES
    }

    /** What this sink can't, which the tests then hold it to. By default it can everything. */
    default Set<Capability> lacks() {
        return Set.of();
    }

    /** The sink under test, whose receiver is up. Called often; the same one during a test. */
    AuditSink sink();

    /**
     * The indexes of the entries that the receiver has, in the order of arrival, once there are at least {@code count} or
     * none came for some seconds; read from what really arrived.
     */
    List<Long> received(int count);

    /** Makes the receiver unreachable; it keeps what it has. */
    void stopReceiver();

    /** Makes it reachable again at the same address. */
    void startReceiver();

    @Test
    default void deliversABatchInOrder() {
        var batch = entries(0, 20);
        assertThat(sink().deliver(batch)).isEqualTo(Receipt.all(batch));
        assertThat(received(20)).containsExactlyElementsOf(indexes(batch));
    }

    @Test
    default void deliversTheLargestBatchWhole() {
        var batch = entries(0, AuditSink.MAX_BATCH);
        var settled = 0;
        while (settled < batch.size()) {
            var receipt = sink().deliver(batch.subList(settled, batch.size()));
            assertThat(receipt.settled()).isPositive();
            assertThat(receipt.refused()).isEmpty();
            settled += receipt.settled();
        }
        assertThat(received(batch.size())).containsExactlyElementsOf(indexes(batch));
    }

    @Test
    default void sendsARepeatedBatchAgain() {
        sink().deliver(entries(7, 8));
        sink().deliver(entries(7, 8));
        assertThat(received(2)).containsExactly(7L, 7L);
    }

    @Test
    default void keepsOneEntryOneMessageWhateverItHolds() {
        var nasty = "line\nfeed\r\nnul\u0000 tab\t quote\" back\\slash pipe| equals= bracket] ümläut 漢字 \uD83D\uDE00";
        var batch = List.of(entry(1, nasty), entry(2, "x".repeat(15_000)), entry(3, "plain"));
        assertThat(sink().deliver(batch)).isEqualTo(Receipt.all(batch));
        assertThat(received(3)).containsExactly(1L, 2L, 3L);
    }

    @Test
    default void saysSoonThatTheReceiverIsAwayAndWorksAgainWhenItIsBack() {
        sink().deliver(entries(0, 1));
        received(1);
        stopReceiver();
        assertTimeoutPreemptively(ofSeconds(30), () -> assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(() -> deliverUntilNoticed(sink()))
                .matches(e -> e.reason().isRetryable(), "is retryable"));
        startReceiver();
        assertTimeoutPreemptively(ofSeconds(30), () -> deliverWhenBack(sink(), entries(5, 6)));
        assertThat(received(2)).contains(5L);
    }

    @Test
    default void settlesNothingThatDidNotArrive() {
        assumeFalse(lacks().contains(Capability.ACKNOWLEDGES));
        assertThat(sink().acknowledges()).isTrue();
        sink().deliver(entries(0, 1));
        stopReceiver();
        assertThatExceptionOfType(ExternalSystemException.class).isThrownBy(() -> sink().deliver(entries(1, 2)));
    }

    @Test
    default void lacksWhatItSwitchedOff() {
        if (lacks().contains(Capability.ACKNOWLEDGES)) {
            assertThat(sink().acknowledges()).isFalse();
        }
    }

    /** Where nothing is acknowledged, the first messages to a dead receiver may seem to go out. */
    private static void deliverUntilNoticed(AuditSink sink) throws InterruptedException {
        while (true) {
            sink.deliver(entries(1, 2));
            Thread.sleep(20);
        }
    }

    private static void deliverWhenBack(AuditSink sink, List<AuditEntry> batch) throws InterruptedException {
        while (true) {
            try {
                sink.deliver(batch);
                return;
            } catch (ExternalSystemException e) {
                if (!e.reason().isRetryable()) {
                    throw e;
                }
                Thread.sleep(50);
            }
        }
    }

    /** Entries with the indexes from {@code from} up to, not including, {@code to}. */
    static List<AuditEntry> entries(long from, long to) {
        return LongStream.range(from, to)
                .mapToObj(index -> entry(index, "entry " + index))
                .toList();
    }

    /** An entry as the hub makes them. */
    static AuditEntry entry(long index, String reason) {
        var id = new TypeId("aud_" + "%026d".formatted(index));
        var time = Instant.parse("2026-01-01T12:00:00.123456Z").plusMillis(index);
        var event = Json.object()
                .put("id", id.value())
                .put("time", time.toString())
                .put("action", "run.created")
                .put("outcome", "success")
                .put("reason", reason)
                .put(
                        "actor",
                        Json.object()
                                .put("subject", "svc_ada")
                                .put("kind", "serviceAccount")
                                .build())
                .put(
                        "resource",
                        Json.object()
                                .put("type", "run")
                                .put("id", "run_1")
                                .put("project", "prj_1")
                                .build())
                .put("requestId", "req-" + index)
                .put("sourceIp", "192.0.2.7")
                .put("userAgent", "curl/8")
                .put("node", "hub-1/01")
                .put("nodeSeq", index + 1)
                .put("details", Json.object().put("priority", 50).build())
                .build();
        return new AuditEntry(index, Digest.of(event.canonical()), id, time, "run.created", "success", event);
    }

    private static List<Long> indexes(List<AuditEntry> batch) {
        return batch.stream().map(AuditEntry::index).toList();
    }
}
