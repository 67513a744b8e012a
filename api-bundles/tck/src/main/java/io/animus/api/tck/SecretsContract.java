package io.animus.api.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Base64;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * What every plugin that knows a password must keep to itself. Implement the method; inherit the test. Logs are expected on
 * standard error.
 */
public interface SecretsContract {
    /** The user whose password {@link #SECRET} is. */
    String USER = "hub";

    /** What is in the plugin's files, and must be nowhere else. */
    String SECRET = "n0t-t0-be-seen";

    /** Calls that fail, each in its own way, by a name for the kind. */
    Map<String, ThrowingCallable> failures() throws Exception;

    @Test
    default void showsItsSecretInNoErrorAndNoLog() throws Exception {
        var console = System.err;
        for (var failure : failures().entrySet()) {
            var said = new StringWriter();
            var log = new ByteArrayOutputStream();
            System.setErr(new PrintStream(log, true, UTF_8));
            try {
                var thrown = catchThrowable(failure.getValue());
                assertThat(thrown).as(failure.getKey()).isNotNull();
                thrown.printStackTrace(new PrintWriter(said, true));
            } finally {
                System.setErr(console);
            }
            for (var text : new String[] {said.toString(), log.toString(UTF_8)}) {
                assertThat(text)
                        .as(failure.getKey())
                        .doesNotContain(
                                SECRET, Base64.getEncoder().encodeToString((USER + ":" + SECRET).getBytes(UTF_8)));
            }
        }
    }
}
