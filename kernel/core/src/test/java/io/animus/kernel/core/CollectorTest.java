package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CollectorTest {
    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:4318, http://127.0.0.1:4318/v1/traces",
        "http://localhost:4318/, http://localhost:4318/v1/traces",
        "http://[::1]:4318, http://[::1]:4318/v1/traces",
        "https://collector.example.org, https://collector.example.org/v1/traces",
        "https://collector.example.org/otlp/spans, https://collector.example.org/otlp/spans",
        "http://inside:4318, http://inside:4318/v1/traces",
        "http://open.example.org:99, http://open.example.org:99/v1/traces"
    })
    void mayBeNamed(String endpoint, String asked) {
        assertThat(named(endpoint).endpoint()).hasToString(asked);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://collector.example.org:4318",
                "http://127.0.0.1.example.org",
                "http://localhost.example.org",
                "http://inside:4319",
                "ftp://127.0.0.1",
                "127.0.0.1:4318",
                "/v1/traces",
                "https://user:hunter2@collector.example.org",
                "https://collector.example.org/?key=hunter2",
                "https://user:hunter2@collector example.org"
            })
    void mayNotBeNamed(String endpoint) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> named(endpoint))
                .withMessageContaining("endpoint")
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("hunter2"));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
    void aShareIsFromZeroToOne(double ratio) {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Collector.of(TracingSettings.of(Map.of("endpoint", "https://c", "sample_ratio", ratio))))
                .withMessageContaining("sample_ratio");
    }

    @Test
    void aMalformedLineOfHeadersIsNotRepeated(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("headers"), "Authorization hunter2\n");
        var settings = TracingSettings.of(Map.of("endpoint", "https://c", "headers_file", file.toString()));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Collector.of(settings))
                .withMessage("a line in " + file + " is not Name: value");
    }

    private static Collector named(String endpoint) {
        return Collector.of(TracingSettings.of(
                Map.of("endpoint", endpoint, "insecure_hosts", new String[] {"inside:4318", "open.example.org"})));
    }
}
