package io.animus.api.plugin.egress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.animus.api.types.ExternalSystemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebhookKeyTest {
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final long TIMESTAMP = 1_614_265_330;
    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(UTF_8);

    /** Secret and signature are those of the test of the specification's own libraries. */
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    @TempDir
    Path folder;

    @Test
    void signsAsTheSpecificationDoes() throws Exception {
        assertThat(WebhookKey.shared(file(SECRET + "\n")).sign(ID, TIMESTAMP, BODY))
                .isEqualTo(SIGNATURE);
    }

    @Test
    void signsWithTheOldAndTheNewSecretWhileOneIsReplaced() throws Exception {
        var other = "whsec_" + Base64.getEncoder().encodeToString(new byte[32]);
        assertThat(WebhookKey.shared(file(other + "\n" + SECRET)).sign(ID, TIMESTAMP, BODY))
                .matches("v1,\\S{44} v1,\\S{44}")
                .endsWith(" " + SIGNATURE);
    }

    @Test
    void signsWithAPrivateKeyWhatItsPublicHalfVerifies() throws Exception {
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        var pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        var signature = WebhookKey.own(file(pem)).sign(ID, TIMESTAMP, BODY);
        assertThat(signature).startsWith("v1a,");
        var check = Signature.getInstance("Ed25519");
        check.initVerify(pair.getPublic());
        check.update((ID + "." + TIMESTAMP + ".{\"test\": 2432232314}").getBytes(UTF_8));
        assertThat(check.verify(Base64.getDecoder().decode(signature.substring(4))))
                .isTrue();
    }

    @Test
    void takesNoWeakOrUnreadableSecretAndQuotesNone() throws Exception {
        for (var unfit :
                new String[] {"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_%%%", "hunter2"}) {
            assertThatThrownBy(() -> WebhookKey.shared(file(unfit)).sign(ID, TIMESTAMP, BODY))
                    .isInstanceOf(ExternalSystemException.class)
                    .hasNoCause()
                    .hasMessageEndingWith("24 to 64 bytes in base64");
        }
        assertThatThrownBy(() -> WebhookKey.own(file("not a key")).sign(ID, TIMESTAMP, BODY))
                .isInstanceOf(ExternalSystemException.class)
                .hasNoCause();
    }

    @Test
    void takesNoSecretThatOthersMayRead() throws Exception {
        var file = file(SECRET);
        Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rw----r--"));
        assertThatThrownBy(() -> WebhookKey.shared(file).sign(ID, TIMESTAMP, BODY))
                .isInstanceOf(ExternalSystemException.class)
                .hasMessageContaining("mode 0600");
    }

    private SecretFile file(String content) throws IOException {
        var path = folder.resolve("secret");
        Files.writeString(path, content);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        return new SecretFile(path);
    }
}
