package io.animus.itests.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./animus demo} as a newcomer runs it, with what Maven has built, in a folder that has nothing else of the checkout. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DemoIT {
    @TempDir
    private static Path checkout;

    @BeforeAll
    static void findWhatWasBuilt() throws IOException {
        var built = Path.of(System.getProperty("animus.checkout"));
        for (var name : List.of("distribution", "examples", "verifier")) {
            Files.createSymbolicLink(checkout.resolve(name), built.resolve(name));
        }
    }

    @AfterAll
    static void stopWhatRuns() throws Exception {
        var down = demo("--down");
        assertThat(down.exitCode()).as(down.progress()).isZero();
    }

    @Test
    void hasAModelTrainedAndApprovedTwiceInARow() throws Exception {
        var first = demo("--json");
        var second = demo("--json");

        assertModel(first);
        assertModel(second);
        assertThat(second.made().at("/project").asText())
                .isNotEqualTo(first.made().at("/project").asText());
        assertThat(second.made().at("/modelVersion/id").asText())
                .isNotEqualTo(first.made().at("/modelVersion/id").asText());
    }

    private static void assertModel(Shown shown) {
        assertThat(shown.exitCode()).as(shown.progress()).isZero();
        var made = shown.made();
        assertThat(made.at("/run/state").asText()).isEqualTo("succeeded");
        assertThat(made.at("/artifacts")).hasSize(4);
        assertThat(made.at("/modelVersion/stage").asText()).isEqualTo("approved");
        assertThat(made.at("/selfApproval").asText()).isEqualTo("SELF_APPROVAL");
        assertThat(shown.progress())
                .containsPattern("intact +YES")
                .containsPattern("complete +YES")
                .containsPattern("intact +NO")
                .contains("LEAF_CHANGED");
    }

    @Test
    void updatesAPluginUnderLoadAndLosesNoRequest() throws Exception {
        var shown = demo("--swap", "--json");

        assertThat(shown.exitCode()).as(shown.progress()).isZero();
        assertThat(shown.made().at("/swaps").asInt()).isEqualTo(5);
        assertThat(shown.made().at("/failed").asInt(-1)).isZero();
        assertThat(shown.made().at("/requests").asInt()).isPositive();
    }

    /** How a demo ended: what it made, for programs, and what it told on the way, for people. */
    private record Shown(int exitCode, String json, String progress) {
        JsonNode made() {
            try {
                return new ObjectMapper().readTree(json);
            } catch (IOException e) {
                throw new AssertionError("no JSON: " + json, e);
            }
        }
    }

    private static Shown demo(String... options) throws IOException, InterruptedException {
        var target = Path.of(System.getProperty("animus.checkout"), "examples/demo/target");
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                target.resolve("animus-demo-" + System.getProperty("animus.version") + ".jar") + ":"
                        + target.resolve("lib/*"),
                "io.animus.examples.demo.Demo",
                "--checkout",
                checkout.toString()));
        command.addAll(List.of(options));
        var json = Files.createTempFile("demo", ".json");
        var progress = Files.createTempFile("demo", ".txt");
        try {
            var exitCode = new ProcessBuilder(command)
                    .redirectOutput(json.toFile())
                    .redirectError(progress.toFile())
                    .start()
                    .waitFor();
            return new Shown(exitCode, Files.readString(json), Files.readString(progress));
        } finally {
            Files.delete(json);
            Files.delete(progress);
        }
    }
}
