package io.animus.kernel.core;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;

/** The hub's metrics, in the formats that Prometheus reads. Safe for many threads. */
@Component(service = Metrics.class)
public final class Metrics {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats;
    private final Map<String, Times> times = new ConcurrentHashMap<>();
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final Map<String, DoubleSupplier> gauges = new ConcurrentHashMap<>();
    private final Map<String, Supplier<Map<String, Double>>> labelledGauges = new ConcurrentHashMap<>();

    /** How long something took, each time; counted by the values of its labels, of which there are few. */
    @FunctionalInterface
    public interface Times {
        /** @param labels as many as were named */
        void add(long nanos, String... labels);
    }

    public Metrics() {
        // The library reads prometheus.properties once, through the class loader of whoever comes first; one of its
        // metrics of the JVM takes settings from nowhere else.
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        thread.setContextClassLoader(Metrics.class.getClassLoader());
        try {
            formats = ExpositionFormats.init();
            JvmMetrics.builder().register(registry);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** A histogram of seconds; the same one again for a component that was started again. */
    public Times times(String name, String help, String... labels) {
        return times.computeIfAbsent(name, fresh -> {
            var histogram = Histogram.builder()
                    .name(fresh)
                    .help(help)
                    .labelNames(labels)
                    .register(registry);
            return (nanos, values) -> histogram.labelValues(values).observe(nanos / 1e9);
        });
    }

    /** A counter; the same one again for a component that was started again. */
    public Counter counter(String name, String help, String... labels) {
        return counters.computeIfAbsent(name, fresh -> Counter.builder()
                .name(fresh)
                .help(help)
                .labelNames(labels)
                .register(registry));
    }

    /** A value that is asked for when somebody looks; of the component that said so last. */
    public void gauge(String name, String help, DoubleSupplier value) {
        if (gauges.put(name, value) == null) {
            GaugeWithCallback.builder()
                    .name(name)
                    .help(help)
                    .callback(callback ->
                            callback.call(gauges.getOrDefault(name, value).getAsDouble()))
                    .register(registry);
        }
    }

    /**
     * Values by the value of one label, of which there are few; asked for when somebody looks, of the component that said so
     * last.
     */
    public void gauges(String name, String help, String label, Supplier<Map<String, Double>> values) {
        if (labelledGauges.put(name, values) == null) {
            GaugeWithCallback.builder()
                    .name(name)
                    .help(help)
                    .labelNames(label)
                    .callback(callback -> labelledGauges
                            .getOrDefault(name, values)
                            .get()
                            .forEach((labelled, value) -> callback.call(value, labelled)))
                    .register(registry);
        }
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
