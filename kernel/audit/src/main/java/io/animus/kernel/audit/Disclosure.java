package io.animus.kernel.audit;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;

/**
 * What opens one commitment of a leaf. Whoever erases all copies of it erases the value: without the salt not even a guess
 * can be confirmed.
 *
 * @param path where in the event the value stands, as a JSON Pointer: {@code /actor/subject}, {@code /sourceIp}
 * @param salt 128 random bits in base64url without padding: 22 characters
 */
public record Disclosure(String path, String salt, Json value) {
    private static final int SALT_LENGTH = 22;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    public Disclosure {
        if (!isPath(path)) {
            throw new IllegalArgumentException("not the path of a value in an audit event: " + path);
        }
        if (!isSalt(salt)) {
            throw new IllegalArgumentException("a salt is 16 bytes in base64url without padding");
        }
    }

    // Every event makes a dozen of these, and patterns took a third of the time to seal one.
    private static boolean isPath(String path) {
        var second = path.indexOf('/', 1);
        return path.startsWith("/")
                && AuditText.isName(path, 1, second < 0 ? path.length() : second)
                && (second < 0 || AuditText.isName(path, second + 1, path.length()));
    }

    private static boolean isSalt(String salt) {
        if (salt.length() != SALT_LENGTH) {
            return false;
        }
        for (var i = 0; i < SALT_LENGTH; i++) {
            var c = salt.charAt(i);
            if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_') {
                return false;
            }
        }
        // The last character stands for two bits.
        return "AQgw".indexOf(salt.charAt(SALT_LENGTH - 1)) >= 0;
    }

    static Disclosure of(String path, byte[] salt, Json value) {
        return new Disclosure(path, BASE64.encodeToString(salt), value);
    }

    /**
     * The disclosure that {@link #json()} made this of.
     *
     * @throws IllegalArgumentException if it is of another form
     */
    public static Disclosure of(Json stored) {
        var parts = parts(stored);
        if (parts.get(0) instanceof Json.Text salt && parts.get(1) instanceof Json.Text path) {
            return new Disclosure(path.value(), salt.value(), parts.get(2));
        }
        throw unreadable();
    }

    /**
     * Reads what {@link #encoded()} wrote.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    public static Disclosure decode(String encoded) {
        var bytes = Base64.getUrlDecoder().decode(encoded);
        // There is one way to write the parts, which Json sees to, and one to write that in base64url.
        if (BASE64.encodeToString(bytes).equals(encoded)) {
            return of(Json.read(bytes));
        }
        throw unreadable();
    }

    /**
     * Salt, path and value of what {@link #json()} made, for those who make sure of that in another way. The path is a text.
     *
     * @throws IllegalArgumentException if it is nothing of that form
     */
    static List<Json> parts(Json stored) {
        if (stored instanceof Json.Sequence parts
                && parts.items().size() == 3
                && parts.items().get(1) instanceof Json.Text) {
            return parts.items();
        }
        throw unreadable();
    }

    private static IllegalArgumentException unreadable() {
        return new IllegalArgumentException("not [salt, path, value], or not in base64url");
    }

    /** How it is stored: {@code [salt, path, value]}. */
    public Json json() {
        return Json.array(Json.of(salt), Json.of(path), value);
    }

    /** How it is handed on: base64url without padding of the canonical form of {@link #json()}. */
    public String encoded() {
        return encoded(json());
    }

    /** {@link #encoded()} of what was stored. */
    public static String encoded(Json stored) {
        return BASE64.encodeToString(stored.canonical());
    }

    /** What the leaf holds in its place: base64url without padding of the SHA-256 of {@link #encoded()}. */
    public String commitment() {
        return commitment(Digest.sha256());
    }

    String commitment(MessageDigest sha256) {
        return commitment(json(), sha256);
    }

    /** {@link #commitment()} of what was stored. */
    static String commitment(Json stored, MessageDigest sha256) {
        return BASE64.encodeToString(sha256.digest(BASE64.encode(stored.canonical())));
    }

    /** The path alone: the value may be personal data. */
    @Override
    public String toString() {
        return "Disclosure[path=" + path + "]";
    }
}
