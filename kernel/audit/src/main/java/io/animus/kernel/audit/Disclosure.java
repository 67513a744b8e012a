package io.animus.kernel.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * What opens one commitment of a leaf. Whoever erases all copies of it erases the value: without the salt not even a guess
 * can be confirmed.
 *
 * @param path where in the event the value stands, as a JSON Pointer: {@code /actor/subject}, {@code /sourceIp}
 * @param salt 128 random bits in base64url without padding: 22 characters
 */
public record Disclosure(String path, String salt, Json value) {
    private static final Pattern PATH = Pattern.compile("(/[a-z][A-Za-z0-9]{0,62}){1,2}");
    private static final Pattern SALT = Pattern.compile("[A-Za-z0-9_-]{21}[AQgw]");
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    public Disclosure {
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException("not the path of a value in an audit event: " + path);
        }
        if (!SALT.matcher(salt).matches()) {
            throw new IllegalArgumentException("a salt is 16 bytes in base64url without padding");
        }
    }

    static Disclosure of(String path, byte[] salt, Json value) {
        return new Disclosure(path, BASE64.encodeToString(salt), value);
    }

    /**
     * Reads what {@link #encoded()} wrote.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    public static Disclosure decode(String encoded) {
        if (Json.read(Base64.getUrlDecoder().decode(encoded)) instanceof Json.Sequence parts
                && parts.items().size() == 3
                && parts.items().get(0) instanceof Json.Text salt
                && parts.items().get(1) instanceof Json.Text path) {
            var disclosure =
                    new Disclosure(path.value(), salt.value(), parts.items().get(2));
            if (disclosure.encoded().equals(encoded)) {
                return disclosure;
            }
        }
        throw new IllegalArgumentException("not the base64url of [salt, path, value]");
    }

    /** How it is stored and handed on: base64url without padding of the canonical JSON {@code [salt, path, value]}. */
    public String encoded() {
        return BASE64.encodeToString(
                Json.array(Json.of(salt), Json.of(path), value).canonical());
    }

    /** What the leaf holds in its place: base64url without padding of the SHA-256 of {@link #encoded()}. */
    public String commitment() {
        return commitment(Digest.sha256());
    }

    String commitment(MessageDigest sha256) {
        return BASE64.encodeToString(sha256.digest(encoded().getBytes(US_ASCII)));
    }

    /** The path alone: the value may be personal data. */
    @Override
    public String toString() {
        return "Disclosure[path=" + path + "]";
    }
}
