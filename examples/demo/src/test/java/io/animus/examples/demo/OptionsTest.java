package io.animus.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.examples.demo.Options.Mode;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
    @Test
    void runsAndLeavesTheHubRunningByDefault() {
        assertThat(Options.parse()).isEqualTo(new Options(Mode.RUN, false, null, Path.of("")));
    }

    @Test
    void readsEveryOption() {
        assertThat(Options.parse("--stop", "--json", "--project", "mine", "--checkout", "/src"))
                .isEqualTo(new Options(Mode.RUN_AND_STOP, true, "mine", Path.of("/src")));
        assertThat(Options.parse("--swap").mode()).isEqualTo(Mode.SWAP);
        assertThat(Options.parse("--down").mode()).isEqualTo(Mode.DOWN);
        assertThat(Options.parse("--help").mode()).isEqualTo(Mode.HELP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--fast", "demo", "--project", "--project Bad_Name"})
    void refusesWhatItDoesNotKnow(String arguments) {
        assertThatExceptionOfType(DemoException.class)
                .isThrownBy(() -> Options.parse(arguments.split(" ")))
                .matches(e -> e.exitCode() == DemoException.BAD_USAGE);
    }

    @Test
    void saysByItsExitCodeWhatWentWrong(@TempDir Path nothing) {
        assertThat(Demo.run(Clock.systemUTC(), "--help")).isZero();
        assertThat(Demo.run(Clock.systemUTC(), "--fast")).isEqualTo(2);
        assertThat(Demo.run(Clock.systemUTC(), "--checkout", nothing.toString()))
                .isEqualTo(3);
    }
}
