package io.animus.api.plugin.egress;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What messages are signed with, as <a href="https://www.standardwebhooks.com">Standard Webhooks</a> wants it. */
@FunctionalInterface
public interface WebhookKey {
    /** What is in the file of a secret. */
    String SECRET = "whsec_ and 24 to 64 bytes in base64";

    /**
     * The value of the header {@code webhook-signature}.
     *
     * @param id of the message; the same at every repeat
     * @param timestamp of this attempt, in seconds since 1970
     * @throws ExternalSystemException {@code DENIED} if the key can't be read; the message says why, never what is in it
     */
    String sign(String id, long timestamp, byte[] body);

    /**
     * A secret that the receiver has too: {@code v1}, HMAC with SHA-256. Read for each message.
     *
     * @param file with {@code whsec_} and 24 to 64 bytes in base64; while a secret is replaced, a line for each, and
     *     messages are signed with all of them
     */
    static WebhookKey shared(SecretFile file) {
        return (id, timestamp, body) -> {
            var secrets = file.read();
            if (secrets.isEmpty()) {
                throw unfit(file, SECRET);
            }
            var content = content(id, timestamp, body);
            return secrets.lines()
                    .map(secret -> "v1," + hmac(file, secret.strip(), content))
                    .collect(Collectors.joining(" "));
        };
    }

    /**
     * A private key, whose public half the receiver has: {@code v1a}, Ed25519. Read for each message.
     *
     * @param file PKCS#8 in PEM
     */
    static WebhookKey own(SecretFile file) {
        return (id, timestamp, body) -> "v1a," + ed25519(file, content(id, timestamp, body));
    }

    private static byte[] content(String id, long timestamp, byte[] body) {
        var head = (id + "." + timestamp + ".").getBytes(UTF_8);
        var content = new byte[head.length + body.length];
        System.arraycopy(head, 0, content, 0, head.length);
        System.arraycopy(body, 0, content, head.length, body.length);
        return content;
    }

    private static String hmac(SecretFile file, String secret, byte[] content) {
        try {
            var key = secret.startsWith("whsec_") ? Base64.getDecoder().decode(secret.substring(6)) : new byte[0];
            if (key.length < 24 || key.length > 64) {
                throw unfit(file, SECRET);
            }
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return Base64.getEncoder().encodeToString(mac.doFinal(content));
        } catch (IllegalArgumentException e) {
            throw unfit(file, SECRET);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    private static String ed25519(SecretFile file, byte[] content) {
        try {
            var pem = file.read().replaceAll("-----[^-]+-----", "");
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(KeyFactory.getInstance("Ed25519")
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem))));
            signature.update(content);
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw unfit(file, "an Ed25519 key, PKCS#8 in PEM");
        }
    }

    /** Without a cause, whose message may quote the key. */
    private static ExternalSystemException unfit(SecretFile file, String wanted) {
        return new ExternalSystemException(Reason.DENIED, "the secret file " + file.path() + " doesn't hold " + wanted);
    }
}
