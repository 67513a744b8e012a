package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.kernel.audit.log.VerifierKey;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;

/** A witness of checkpoints: C2SP tlog-cosignature v1. */
final class Witness {
    private static final String NAME = "witness.example";

    private final KeyPair pair;
    private final VerifierKey key;

    Witness() {
        try {
            pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
        key = VerifierKey.of(NAME, VerifierKey.Type.COSIGNATURE, pair.getPublic());
    }

    VerifierKey key() {
        return key;
    }

    /** The signed note with one more line. */
    String cosign(String note) {
        var text = note.substring(0, note.indexOf("\n\n") + 1);
        try {
            var signing = Signature.getInstance("Ed25519");
            signing.initSign(pair.getPrivate());
            signing.update(("cosignature/v1\ntime 1750000000\n" + text).getBytes(UTF_8));
            var bytes = ByteBuffer.allocate(76)
                    .putInt(key.id())
                    .putLong(1_750_000_000)
                    .put(signing.sign())
                    .array();
            return note + "— " + NAME + " " + Base64.getEncoder().encodeToString(bytes) + "\n";
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
