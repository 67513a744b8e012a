package io.animus.kernel.core;

import io.opentelemetry.exporter.internal.FailedExportException.HttpExportException;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.prometheus.metrics.core.metrics.Counter;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends spans to the collector, counts what became of them, and says once when it takes none. Safe for many threads. */
final class SpanSender implements SpanExporter {
    private static final Logger LOG = LoggerFactory.getLogger(SpanSender.class);
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Duration QUIET = Duration.ofMinutes(1);

    private final Collector collector;
    private final Counter spans;
    private final IntConsumer taken;
    /** A place to wait, for the next message is sent when the last one is answered, a moment before the thread is free. */
    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), SpanSender::thread);

    private final OtlpHttpSpanExporter exporter;
    private final AtomicBoolean away = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile long said = System.nanoTime() - QUIET.toNanos();

    /**
     * @param spans by what became of them
     * @param taken how many were taken out of the queue
     */
    SpanSender(Collector collector, Counter spans, IntConsumer taken) {
        thread.allowCoreThreadTimeOut(true);
        this.collector = collector;
        this.spans = spans;
        this.taken = taken;
        var builder = OtlpHttpSpanExporter.builder()
                // By itself it would look for the HTTP client where the thread's loader looks, which is anybody's.
                .setServiceClassLoader(SpanSender.class.getClassLoader())
                .setEndpoint(collector.endpoint().toString())
                .setHeaders(collector::headers)
                .setConnectTimeout(CONNECT)
                .setTimeout(ANSWER)
                .setRetryPolicy(RetryPolicy.getDefault())
                .setExecutorService(thread);
        if (collector.authorities() != null) {
            builder.setTrustedCertificates(collector.authorities());
        }
        this.exporter = builder.build();
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> batch) {
        var count = batch.size();
        taken.accept(count);
        var result = exporter.export(batch);
        result.whenComplete(() -> {
            if (result.isSuccess()) {
                spans.labelValues("exported").inc(count);
                if (away.compareAndSet(true, false)) {
                    LOG.info("{} takes spans again", collector.endpoint());
                }
            } else {
                spans.labelValues("failed").inc(count);
                complain(result.getFailureThrowable());
            }
        });
        return result;
    }

    private void complain(@Nullable Throwable failure) {
        var now = System.nanoTime();
        if (closed.get() || now - said < QUIET.toNanos() || !away.compareAndSet(false, true)) {
            return;
        }
        said = now;
        LOG.warn(
                "{} takes no spans: {}. They are lost, and counted in animus_trace_spans_total; nothing else is affected.",
                collector.endpoint(),
                reason(failure));
    }

    /** The kinds of failures only: messages of the HTTP client may hold what was sent. */
    private static String reason(@Nullable Throwable failure) {
        if (failure instanceof HttpExportException http && http.getResponse() != null) {
            return "HTTP status " + http.getResponse().getStatusCode();
        }
        var cause = failure;
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause == null ? "it is busy" : cause.getClass().getSimpleName();
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    /** Ends what is under way, too. */
    @Override
    public CompletableResultCode shutdown() {
        if (!closed.compareAndSet(false, true)) {
            return CompletableResultCode.ofSuccess();
        }
        thread.shutdownNow();
        return exporter.shutdown();
    }

    private static Thread thread(Runnable work) {
        var made = new Thread(work, "animus-tracing");
        made.setContextClassLoader(SpanSender.class.getClassLoader());
        made.setDaemon(true);
        return made;
    }
}
