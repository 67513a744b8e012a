package io.animus.examples.penguins;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the program as a run does: {@code java Train.java …} in a JVM of its own. */
class TrainTest {
    // For runs that are over once the program is compiled: the optimising compiler would take as long again.
    private static final List<String> SHORT_LIVED = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    private static final Path PENGUINS = Path.of("penguins.csv");
    private static final String HEADER =
            "species,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year\n";

    @TempDir
    private Path folder;

    @Test
    void tellsTheSpeciesOfPenguinsThatItHasNotSeen() throws Exception {
        var run = train(PENGUINS, folder, "0.5", "300", "42");

        assertThat(run.exitCode()).as(run.error()).isZero();
        assertThat(run.output()).contains("342 rows to learn from, 2 left out").contains("epoch 300/300");
        var metrics = Files.readAllLines(folder.resolve("metrics.csv"));
        assertThat(metrics.get(0)).isEqualTo("epoch,loss,train_accuracy,test_accuracy");
        var last = metrics.get(metrics.size() - 1).split(",");
        assertThat(last[0]).isEqualTo("300");
        assertThat(new BigDecimal(last[3])).isGreaterThanOrEqualTo(new BigDecimal("0.95"));
        assertThat(Files.readString(folder.resolve("report.md")))
                .contains("learning rate 0.5, 300 epochs, seed 42", "| 69 to test | " + last[3])
                .contains("Left out because a measurement is not available: lines [5, 273]")
                .contains("| | Adelie | Chinstrap | Gentoo |");
        assertThat(Files.readString(folder.resolve("model.json")))
                .contains("\"classes\": [\"Adelie\", \"Chinstrap\", \"Gentoo\"]")
                .contains("\"features\": [\"bill_length_mm\"");
    }

    @Test
    void givesTheSameBytesForTheSameSeedAndOthersForAnother() throws Exception {
        var first = train(PENGUINS, folder.resolve("first"), "0.5", "50", "42");
        var second = train(PENGUINS, folder.resolve("second"), List.of("-Xint"), "0.5", "50", "42");
        var other = train(PENGUINS, folder.resolve("other"), "0.5", "50", "43");

        assertThat(List.of(first.exitCode(), second.exitCode(), other.exitCode()))
                .containsOnly(0);
        assertThat(first.output()).isEqualTo(second.output());
        for (var file : List.of("model.json", "metrics.csv", "report.md")) {
            assertThat(folder.resolve("second").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("first").resolve(file));
        }
        assertThat(Files.mismatch(folder.resolve("other/model.json"), folder.resolve("first/model.json")))
                .isNotNegative();
    }

    @ParameterizedTest
    @CsvSource({"0,10,1", "NaN,10,1", "0.5,0,1", "0.5,ten,1", "0.5,10,seed"})
    void refusesBadArguments(String learningRate, String epochs, String seed) throws Exception {
        var run = train(PENGUINS, folder, SHORT_LIVED, learningRate, epochs, seed);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.error()).contains("usage: java Train.java");
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "species,bill_length_mm\nAdelie,39.1\n",
                HEADER + "Adelie,Torgersen,39.1,18.7,181\n",
                HEADER + "Adelie,Torgersen,39.1,18.7,181,heavy,male,2007\n",
                HEADER + "Adelie,Torgersen,39.1,18.7,Infinity,3750,male,2007\n",
                HEADER + "NA,Torgersen,39.1,18.7,181,3750,male,2007\n",
                HEADER + "Adelie,Torgersen,39.1,18.7,181,3750,male,2007\n"
            })
    void refusesBadData(String content) throws Exception {
        var dataset = Files.writeString(folder.resolve("bad.csv"), content);

        var run = train(dataset, folder.resolve("out"), SHORT_LIVED, "0.5", "10", "1");

        assertThat(run.exitCode()).as(run.error()).isEqualTo(3);
        assertThat(run.error()).isNotBlank().doesNotContain("Exception in thread");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void refusesADatasetThatIsNotThere() throws Exception {
        assertThat(train(folder.resolve("absent.csv"), folder, SHORT_LIVED, "0.5", "10", "1")
                        .exitCode())
                .isEqualTo(3);
    }

    @Test
    void refusesTextThatIsNotUtf8() throws Exception {
        var dataset = Files.write(folder.resolve("latin.csv"), new byte[] {'s', (byte) 0xe9, '\n'});

        assertThat(train(dataset, folder, SHORT_LIVED, "0.5", "10", "1").exitCode())
                .isEqualTo(3);
    }

    private record Finished(int exitCode, String output, String error) {}

    private Finished train(Path dataset, Path out, String... settings) throws Exception {
        return train(dataset, out, List.of(), settings);
    }

    private Finished train(Path dataset, Path out, List<String> jvmOptions, String... settings)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("code/Train.java", dataset.toString(), out.toString()));
        command.addAll(List.of(settings));
        var errors = Files.createTempFile(folder.getParent(), "train", ".err");
        try {
            var process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            var output = new String(process.getInputStream().readAllBytes());
            return new Finished(process.waitFor(), output, Files.readString(errors));
        } finally {
            Files.delete(errors);
        }
    }
}
