package io.animus.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A public key as C2SP signed-note writes it: {@code <name>+<id>+<base64(type || key)>}.
 *
 * @param text as it was given; two keys are the same if this is
 * @param id 8 hex digits
 * @param type {@link #LOG} or {@link #WITNESS}
 */
record Vkey(String text, String name, String id, byte type, PublicKey key) {
    /** Ed25519 signatures over a note (signed-note). */
    static final byte LOG = 1;
    /** Ed25519 cosignatures with a time (tlog-cosignature). */
    static final byte WITNESS = 4;

    private static final Pattern FORM = Pattern.compile("([^\\s+]+)\\+([0-9a-f]{8})\\+([A-Za-z0-9+/=]+)");
    private static final int KEY_BYTES = 32;
    private static final int ID_BYTES = 4;
    // SubjectPublicKeyInfo of RFC 8410 up to the 32 bytes of the key.
    private static final byte[] ED25519 = HexFormat.of().parseHex("302a300506032b6570032100");

    /** @throws MalformedException if it is no vkey of one of the two types, or its id is wrong */
    static Vkey parse(String text) throws MalformedException {
        var parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new MalformedException("not of the form <name>+<8 hex digits>+<base64>");
        }
        var material = base64(parts.group(3));
        if (material.length != 1 + KEY_BYTES || material[0] != LOG && material[0] != WITNESS) {
            throw new MalformedException("not an Ed25519 key of type 1 or 4");
        }
        var name = parts.group(1);
        var id = id(name, material);
        if (!id.equals(parts.group(2))) {
            throw new MalformedException("its id should be " + id + ": a part of it was changed");
        }
        try {
            var encoded = Arrays.copyOf(ED25519, ED25519.length + KEY_BYTES);
            System.arraycopy(material, 1, encoded, ED25519.length, KEY_BYTES);
            var key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
            return new Vkey(text, name, id, material[0], key);
        } catch (GeneralSecurityException e) {
            throw new MalformedException("not a point of the curve");
        }
    }

    private static String id(String name, byte[] material) {
        var start = (name + "\n").getBytes(UTF_8);
        var input = Arrays.copyOf(start, start.length + material.length);
        System.arraycopy(material, 0, input, start.length, material.length);
        var hash = new byte[Hashing.SIZE];
        new Hashing().hash(input, 0, input.length, hash, 0);
        return HexFormat.of().formatHex(hash, 0, ID_BYTES);
    }

    /** Standard base64 with padding; not the lenient form that some decoders take. */
    static byte[] base64(String text) throws MalformedException {
        try {
            var bytes = Base64.getDecoder().decode(text);
            if (Base64.getEncoder().encodeToString(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedException("not base64");
        }
        throw new MalformedException("not base64 as RFC 4648 has it");
    }

    /** Whether this key made this Ed25519 signature (RFC 8032). */
    boolean verifies(byte[] message, byte[] signature) {
        try {
            var verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (SignatureException e) {
            // The bytes are no signature at all.
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no Ed25519", e);
        }
    }
}
