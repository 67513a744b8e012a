package io.animus.api.tck;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.animus.api.tck.TlsCertificates.Shown;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import org.junit.jupiter.api.Test;

/** What every plugin that speaks TLS to its outside system must do. Implement the three methods; inherit the tests. */
public interface TlsContract {

    /**
     * Lets the plugin call a server that shows this certificate.
     *
     * @param authorities the PEM file of its configuration; empty for Java's own
     * @throws ExternalSystemException as the plugin threw it
     */
    void call(Shown shown, String authorities) throws Exception;

    /** How many handshakes the server with this certificate saw fail, by its own log. */
    long failedHandshakes(Shown shown) throws Exception;

    /** What the servers show. */
    TlsCertificates certificates();

    @Test
    default void trustsAnAuthorityOfItsConfiguration() throws Exception {
        call(Shown.GOOD, certificates().authority().toString());
    }

    @Test
    default void trustsOnlyJavasAuthoritiesWithoutConfiguration() {
        assertRefuses(Shown.GOOD, "", "no authority that the hub trusts");
    }

    @Test
    default void refusesAnotherAuthority() {
        assertRefuses(Shown.FOREIGN, certificates().authority().toString(), "no authority that the hub trusts");
    }

    @Test
    default void refusesACertificateOfAnotherHost() {
        assertRefuses(Shown.MISNAMED, certificates().authority().toString(), "for another host");
    }

    @Test
    default void refusesAnExpiredCertificate() {
        assertRefuses(Shown.EXPIRED, certificates().authority().toString(), "has expired");
    }

    @Test
    default void takesNoFileWithoutAuthorities() {
        for (var file :
                new String[] {"/no/such/file", certificates().key(Shown.GOOD).toString()}) {
            assertThatThrownBy(() -> call(Shown.GOOD, file))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ca_file " + file);
        }
    }

    private void assertRefuses(Shown shown, String authorities, String why) {
        try {
            var before = failedHandshakes(shown);
            assertThatThrownBy(() -> call(shown, authorities))
                    .isInstanceOfSatisfying(ExternalSystemException.class, e -> {
                        assertThat(e).hasMessageContaining(why);
                        assertThat(e.reason()).isEqualTo(Reason.DENIED);
                    });
            var deadline = System.nanoTime() + SECONDS.toNanos(10);
            while (failedHandshakes(shown) == before && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            // Only the kernel repeats, and it does not repeat what is denied.
            assertThat(failedHandshakes(shown) - before).isEqualTo(1);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
