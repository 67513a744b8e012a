package io.animus.kernel.core;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;

/** The hub's metrics, in the formats that Prometheus reads. Safe for many threads. */
@Component(service = Metrics.class)
public final class Metrics {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();

    public Metrics() {
        JvmMetrics.builder().register(registry);
    }

    /** A histogram with the buckets that suit seconds. */
    public Histogram histogram(String name, String help, String... labels) {
        return Histogram.builder().name(name).help(help).labelNames(labels).register(registry);
    }

    public Counter counter(String name, String help, String... labels) {
        return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
    }

    /** A value that is asked for when somebody looks. */
    public void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    /** The media type of {@link #write} for a scraper that accepts {@code accept}. */
    public String mediaType(@Nullable String accept) {
        return formats.findWriter(accept).getContentType();
    }

    /** Writes all metrics in the format that {@link #mediaType} names. */
    public void write(@Nullable String accept, OutputStream out) throws IOException {
        formats.findWriter(accept).write(out, registry.scrape());
    }
}
