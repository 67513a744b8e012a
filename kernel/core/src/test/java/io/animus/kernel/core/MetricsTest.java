package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.ExternalSystemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Components are started again while the metrics stay. */
class MetricsTest {
    private final Metrics metrics = new Metrics();

    @Test
    void countsOnForAComponentThatWasStartedAgain() throws IOException {
        metrics.counter("animus_test", "Test", "kind").labelValues("a").inc();
        metrics.counter("animus_test", "Test", "kind").labelValues("a").inc();

        assertThat(written()).contains("animus_test_total{kind=\"a\"} 2.0");
    }

    @Test
    void asksTheComponentThatWasStartedLast() throws IOException {
        metrics.gauge("animus_level", "Test", () -> 1);
        metrics.gauge("animus_level", "Test", () -> 2);

        assertThat(written()).contains("animus_level 2.0");
    }

    @Test
    void asksTheComponentThatWasStartedLastForItsLabelledValuesToo() throws IOException {
        metrics.gauges("animus_levels", "Test", "of", () -> Map.of("a", 1.0));
        metrics.gauges("animus_levels", "Test", "of", () -> Map.of("b", 2.0));

        assertThat(written()).contains("animus_levels{of=\"b\"} 2.0").doesNotContain("of=\"a\"");
    }

    @Test
    void portCallsMayBeStartedAgain() throws IOException, ExternalSystemException {
        for (var i = 0; i < 2; i++) {
            var calls = new PortCalls(metrics);
            calls.call("test", this, Ports.QUICK, plugin -> "answer");
            calls.close();
        }

        assertThat(written())
                .contains("animus_port_call_seconds_count{outcome=\"success\",plugin=\"MetricsTest\",port=\"test\"} 2");
    }

    private String written() throws IOException {
        var out = new ByteArrayOutputStream();
        metrics.write(null, out);
        return out.toString(UTF_8);
    }
}
