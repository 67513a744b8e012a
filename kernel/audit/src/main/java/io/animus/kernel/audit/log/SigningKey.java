package io.animus.kernel.audit.log;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** The Ed25519 key with which a log signs its checkpoints. Holds a secret: {@link #toString} shows none of it. */
public final class SigningKey {
    private static final String PRIVATE = "PRIVATE KEY";
    private static final String PUBLIC = "PUBLIC KEY";
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private final KeyPair pair;

    private SigningKey(KeyPair pair) {
        this.pair = pair;
    }

    /** Makes a new key. */
    public static SigningKey generate() {
        try {
            return new SigningKey(KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has Ed25519", e);
        }
    }

    /**
     * Reads what {@link #pem} wrote: the private key in PKCS#8, then the public key that belongs to it.
     *
     * @throws IllegalArgumentException if it is anything else; the message says nothing of the content
     */
    public static SigningKey parse(String pem) {
        try {
            var keys = KeyFactory.getInstance("Ed25519");
            var pair = new KeyPair(
                    keys.generatePublic(new X509EncodedKeySpec(block(pem, PUBLIC))),
                    keys.generatePrivate(new PKCS8EncodedKeySpec(block(pem, PRIVATE))));
            var key = new SigningKey(pair);
            var probe = "probe\n".getBytes(US_ASCII);
            if (key.verifier("probe").verifies(probe, key.sign(probe))) {
                return key;
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not an Ed25519 key in PEM", e);
        }
        throw new IllegalArgumentException("the public key does not belong to the private key");
    }

    /** The secret, to be written to a file that nobody else can read. */
    public String pem() {
        return block(PRIVATE, pair.getPrivate().getEncoded())
                + block(PUBLIC, pair.getPublic().getEncoded());
    }

    /** What others check this key's signatures with, under the name of the log. */
    public VerifierKey verifier(String name) {
        return VerifierKey.of(name, VerifierKey.Type.NOTE, pair.getPublic());
    }

    /** Signs the text of a note under the name of the log. */
    public Note.Signature sign(String name, String text) {
        return new Note.Signature(name, verifier(name).id(), sign(text.getBytes(UTF_8)));
    }

    private byte[] sign(byte[] message) {
        try {
            PrivateKey secret = pair.getPrivate();
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(secret);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("can't sign with an Ed25519 key", e);
        }
    }

    private static String block(String what, byte[] content) {
        return "-----BEGIN " + what + "-----\n" + LINES.encodeToString(content) + "\n-----END " + what + "-----\n";
    }

    private static byte[] block(String pem, String what) {
        var begin = "-----BEGIN " + what + "-----\n";
        var start = pem.indexOf(begin);
        var end = pem.indexOf("-----END " + what + "-----");
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("no " + what + " in PEM");
        }
        try {
            return Base64.getMimeDecoder().decode(pem.substring(start + begin.length(), end));
        } catch (IllegalArgumentException e) {
            // Its message would show a part of the secret.
            throw new IllegalArgumentException("broken base64 in the " + what);
        }
    }

    @Override
    public String toString() {
        return "SigningKey[Ed25519]";
    }
}
