package io.animus.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Only that the benchmarks work: what they find out in a quick run means nothing. */
class BenchTest {
    @TempDir
    private Path module;

    @Test
    void measuresBothSidesAndKeepsTheResults() throws Exception {
        var cheap = List.of(
                "queue",
                "queue-depth",
                "dispatch",
                "port-call",
                "list-depth",
                "table-size",
                "audit-tax",
                "audit-ingest",
                "audit-sequence",
                "audit-cover",
                "audit-size",
                "verify");

        var findings = Bench.run(new Setting(cheap, 2, true, module));

        assertThat(findings).extracting(Finding::benchmark).hasSameElementsAs(cheap);
        assertThat(findings).allSatisfy(finding -> {
            assertThat(finding.ours().value().min()).isPositive();
            assertThat(finding.result().max())
                    .isGreaterThanOrEqualTo(finding.result().min());
        });
        var json = JsonMapper.builder()
                .build()
                .readTree(module.resolve("target/bench/results.json").toFile());
        assertThat(json.get("quick").booleanValue()).isTrue();
        assertThat(json.get("findings")).hasSameSizeAs(findings);
        assertThat(Files.readString(module.resolve("target/bench/results.md"))).startsWith("| benchmark | side |");
    }

    @Test
    void swapsWithoutLosingACallOrKeepingAVersion() throws Exception {
        var findings = Bench.run(new Setting(List.of("swaps"), 2, true, module));

        assertThat(findings).hasSize(6);
        assertThat(findings)
                .filteredOn(finding -> finding.ours().unit().matches("calls|class loaders"))
                .hasSize(2)
                .allMatch(finding -> finding.result().max() == 0);
    }
}
