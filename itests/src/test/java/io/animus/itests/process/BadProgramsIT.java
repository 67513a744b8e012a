package io.animus.itests.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs that mean no good: the right cause over REST, nothing left, and the hub unharmed. */
class BadProgramsIT {
    private static WholeHub whole;

    @BeforeAll
    static void start() throws Exception {
        whole = new WholeHub();
    }

    @AfterAll
    static void stop() throws Exception {
        whole.stop();
    }

    @AfterEach
    void leavesNothingAndRunsTheNext() throws Exception {
        whole.awaitReady();
        var next = whole.submit("echo fine > /out/result");
        whole.await(next, "succeeded");
        whole.awaitNothingLeft();
    }

    // The bomb goes on for four seconds by the clock of /proc/uptime, since at its limit a shell can start no sleep.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    EXIT_NON_ZERO  | 3   | echo x > /out/x; exit 3
                    OUT_OF_MEMORY  | 137 | exec awk 'BEGIN { s = "x"; while (1) s = s s }'
                    PROCESS_LIMIT  | 2   | (while :; do sleep 600 & done) 2>/dev/null; read u x < /proc/uptime; e=$((${u%.*}+4)); while read u x < /proc/uptime; test ${u%.*} -lt $e; do :; done; exit 2
                    STORAGE_LIMIT  | 1   | dd if=/dev/zero of=/out/big bs=64k count=1000 || exit 1
                    OUTPUT_MISSING | 0   | true
                    OUTPUT_REFUSED | 0   | echo x > /out/x; ln -s /etc/passwd /out/link
                    """)
    void tellsWhyItFailed(String cause, int exitCode, String program) throws Exception {
        var ended = whole.awaitEnd(whole.submit(program));

        assertThat(ended.path("state").asText()).isEqualTo("failed");
        assertThat(ended.path("cause").asText()).as(ended.toString()).isEqualTo(cause);
        assertThat(ended.path("errorClass").asText()).isEqualTo("user");
        assertThat(ended.path("exitCode").asInt()).isEqualTo(exitCode);
        assertThat(ended.path("causeDetail").asText()).isNotBlank();
        assertThat(ended.path("attempts").asInt()).isEqualTo(1);
    }

    @Test
    void endsAProgramThatIgnoresSigterm() throws Exception {
        var run = whole.submit("trap '' TERM; while :; do sleep 1; done");
        whole.await(run, "running");

        whole.cancel(run);

        assertThat(whole.awaitEnd(run).path("state").asText()).isEqualTo("canceled");
    }
}
