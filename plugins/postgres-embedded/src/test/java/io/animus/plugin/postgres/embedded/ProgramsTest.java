package io.animus.plugin.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ProgramsTest {
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void endsAProgramThatHangs() throws Exception {
        var outcome = Programs.run(List.of("sleep", "600"), "", Duration.ofMillis(50));

        assertThat(outcome.exit()).isEqualTo(137);
    }
}
