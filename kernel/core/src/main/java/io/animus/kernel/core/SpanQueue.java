package io.animus.kernel.core;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.prometheus.metrics.core.metrics.Counter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where spans wait for the collector: no more than a number of them, and what finds no place is dropped and counted, which the library's
 * own queue would do in metrics of its own. Safe for many threads.
 */
final class SpanQueue implements SpanProcessor {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int BATCH = 512;

    private final int most;
    private final Counter spans;
    private final BatchSpanProcessor batches;
    private final AtomicInteger waiting;
    private volatile boolean closed;

    /**
     * @param waiting how many wait; who takes them out subtracts them
     * @param spans by what became of them
     */
    SpanQueue(int most, AtomicInteger waiting, Counter spans, SpanExporter exporter) {
        this.most = most;
        this.waiting = waiting;
        this.spans = spans;
        this.batches = BatchSpanProcessor.builder(exporter)
                .setMaxQueueSize(most)
                .setMaxExportBatchSize(Math.min(most, BATCH))
                .setScheduleDelay(PAUSE)
                .build();
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        // Only what has ended is told.
    }

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        if (!span.getSpanContext().isSampled()) {
            return;
        }
        if (waiting.incrementAndGet() <= most && !closed) {
            batches.onEnd(span);
        } else {
            waiting.decrementAndGet();
            spans.labelValues("dropped").inc();
        }
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    @Override
    public CompletableResultCode shutdown() {
        closed = true;
        return batches.shutdown();
    }

    @Override
    public CompletableResultCode forceFlush() {
        return batches.forceFlush();
    }
}
