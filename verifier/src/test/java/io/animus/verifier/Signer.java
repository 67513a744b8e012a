package io.animus.verifier;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A key pair for test vectors, made from a word, and what signs with it. */
record Signer(String name, byte type, KeyPair pair) {

    static Signer of(String name, byte type, String word) {
        try {
            var generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, new Fixed(Sha256.of(word.getBytes(US_ASCII))));
            return new Signer(name, type, generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Not random at all. */
    private static final class Fixed extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private final byte[] seed;

        private Fixed(byte[] seed) {
            this.seed = seed;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }

    private byte[] material() {
        var encoded = pair.getPublic().getEncoded();
        var material = Arrays.copyOfRange(encoded, encoded.length - 33, encoded.length);
        material[0] = type;
        return material;
    }

    byte[] id() {
        return Arrays.copyOf(Sha256.of((name + "\n").getBytes(UTF_8), material()), 4);
    }

    String vkey() {
        return name + "+" + HexFormat.of().formatHex(id()) + "+"
                + Base64.getEncoder().encodeToString(material());
    }

    /** The signature line of this key for a note. */
    String line(String text) {
        return line(id(), sign(text.getBytes(UTF_8)));
    }

    /** A cosignature line of this witness. */
    String cosignature(String text, long seconds) {
        var signature = sign(("cosignature/v1\ntime " + seconds + "\n" + text).getBytes(UTF_8));
        return line(id(), ByteBuffer.allocate(8).putLong(seconds).array(), signature);
    }

    /** A line in the name of this key with another signature. */
    String forgedLine(byte[] signature) {
        return line(id(), signature);
    }

    private String line(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) {
            all.writeBytes(part);
        }
        return "\u2014 " + name + " " + Base64.getEncoder().encodeToString(all.toByteArray()) + "\n";
    }

    byte[] sign(byte[] message) {
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(pair.getPrivate());
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
