package io.animus.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvProfileTest {
    @TempDir
    private Path folder;

    @Test
    void describesThePenguins() throws Exception {
        var profile = CsvProfile.of(Path.of("../penguins/penguins.csv"));

        assertThat(profile.schema().toString())
                .startsWith("[{\"name\":\"species\",\"type\":\"string\"},{\"name\":\"island\",\"type\":\"string\"},"
                        + "{\"name\":\"bill_length_mm\",\"type\":\"number\"}")
                .endsWith("{\"name\":\"year\",\"type\":\"integer\"}]");
        var statistics = profile.statistics();
        assertThat(statistics.path("rowCount").asInt()).isEqualTo(344);
        assertThat(statistics.path("columns").path("body_mass_g").toString())
                .isEqualTo("{\"missing\":2,\"min\":2700,\"max\":6300,\"mean\":\"4201.754386\"}");
        assertThat(statistics.path("columns").path("bill_length_mm").toString())
                .isEqualTo("{\"missing\":2,\"min\":\"32.1\",\"max\":\"59.6\",\"mean\":\"43.921930\"}");
        assertThat(statistics.path("columns").path("species").toString()).isEqualTo("{\"missing\":0,\"distinct\":3}");
    }

    @Test
    void hasNoFiguresForAColumnWithoutValues() throws Exception {
        var profile = CsvProfile.of(Files.writeString(folder.resolve("a.csv"), "a,b\nNA,1\n,2\n"));

        assertThat(profile.statistics().path("columns").path("a").toString())
                .isEqualTo("{\"missing\":2,\"distinct\":0}");
    }

    @Test
    void namesTheLineThatIsTooShort() throws Exception {
        var file = Files.writeString(folder.resolve("a.csv"), "a,b\n1,2\n3\n");

        assertThatExceptionOfType(DemoException.class)
                .isThrownBy(() -> CsvProfile.of(file))
                .withMessageContaining("line 3 has 1 fields, the header has 2");
    }
}
