package io.animus.kernel.audit.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * An Ed25519 key that others check signatures with: a vkey of C2SP signed-note, {@code <name>+<key id>+<base64>}.
 */
public final class VerifierKey {
    private static final int RAW_BYTES = 32;

    private final String name;
    private final Type type;
    private final byte[] raw;
    private final PublicKey key;

    /** What the key signs. */
    public enum Type {
        /** The text of a note. */
        NOTE((byte) 0x01),
        /** A checkpoint and the moment at which a witness saw it: C2SP tlog-cosignature v1. */
        COSIGNATURE((byte) 0x04);

        private final byte code;

        Type(byte code) {
            this.code = code;
        }
    }

    private VerifierKey(String name, Type type, byte[] raw) {
        if (!NoteText.isName(name)) {
            throw new IllegalArgumentException("a key's name has no spaces and no plus and is not empty");
        }
        this.name = name;
        this.type = type;
        this.raw = raw;
        this.key = decode(raw);
    }

    /** The vkey of a public key under a name. */
    public static VerifierKey of(String name, Type type, PublicKey key) {
        if (!(key instanceof EdECPublicKey ed25519)) {
            throw new IllegalArgumentException("not an Ed25519 key: " + key.getAlgorithm());
        }
        return new VerifierKey(name, type, encode(ed25519.getPoint()));
    }

    /**
     * Reads a vkey.
     *
     * @throws IllegalArgumentException if it is not one of Ed25519 whose key id is right
     */
    public static VerifierKey parse(String vkey) {
        var parts = vkey.split("\\+", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException("a vkey is <name>+<key id>+<base64>");
        }
        var material = NoteText.base64(parts[2]);
        for (var type : Type.values()) {
            if (material.length == RAW_BYTES + 1 && material[0] == type.code) {
                var key = new VerifierKey(parts[0], type, Arrays.copyOfRange(material, 1, material.length));
                if (key.vkey().equals(vkey)) {
                    return key;
                }
            }
        }
        throw new IllegalArgumentException("not the vkey of an Ed25519 key: " + parts[0] + "+" + parts[1]);
    }

    public String name() {
        return name;
    }

    public Type type() {
        return type;
    }

    /** What tells the keys of one name apart; the first four bytes of a hash, so no proof of anything. */
    public int id() {
        var sha256 = Digest.sha256();
        sha256.update(name.getBytes(UTF_8));
        sha256.update((byte) '\n');
        sha256.update(type.code);
        return ByteBuffer.wrap(sha256.digest(raw)).getInt();
    }

    /** The key as text, for everybody to have. */
    public String vkey() {
        var material =
                ByteBuffer.allocate(raw.length + 1).put(type.code).put(raw).array();
        return name + "+" + HexFormat.of().toHexDigits(id()) + "+"
                + Base64.getEncoder().encodeToString(material);
    }

    /** Whether the signature is this key's over exactly this message. */
    boolean verifies(byte[] message, byte[] signature) {
        try {
            var verification = Signature.getInstance("Ed25519");
            verification.initVerify(key);
            verification.update(message);
            return verification.verify(signature);
        } catch (SignatureException e) {
            // Of the wrong length or not a point on the curve.
            return false;
        } catch (InvalidKeyException e) {
            throw new IllegalArgumentException("not usable: " + vkey(), e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has Ed25519", e);
        }
    }

    /** RFC 8032, 5.1.2: y in little endian, and the lowest bit of x as the highest of all. */
    private static byte[] encode(EdECPoint point) {
        var bigEndian = point.getY().toByteArray();
        var raw = new byte[RAW_BYTES];
        for (var i = 0; i < Math.min(RAW_BYTES, bigEndian.length); i++) {
            raw[i] = bigEndian[bigEndian.length - 1 - i];
        }
        if (point.isXOdd()) {
            raw[RAW_BYTES - 1] |= (byte) 0x80;
        }
        return raw;
    }

    private static PublicKey decode(byte[] raw) {
        var bigEndian = new byte[RAW_BYTES];
        for (var i = 0; i < RAW_BYTES; i++) {
            bigEndian[i] = raw[RAW_BYTES - 1 - i];
        }
        var isXOdd = (bigEndian[0] & 0x80) != 0;
        bigEndian[0] &= 0x7f;
        var point = new EdECPoint(isXOdd, new BigInteger(1, bigEndian));
        try {
            return KeyFactory.getInstance("Ed25519")
                    .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not an Ed25519 public key", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerifierKey that && vkey().equals(that.vkey());
    }

    @Override
    public int hashCode() {
        return vkey().hashCode();
    }

    @Override
    public String toString() {
        return vkey();
    }
}
