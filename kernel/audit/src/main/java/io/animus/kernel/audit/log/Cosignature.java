package io.animus.kernel.audit.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * A witness says that it saw a checkpoint, consistent with all it saw before: C2SP tlog-cosignature v1.
 *
 * @param witness the key that signed
 * @param at when the witness signed, by its own clock; whole seconds
 */
public record Cosignature(VerifierKey witness, Instant at) {
    private static final int TIME_BYTES = 8;
    private static final int SIGNATURE_BYTES = 64;

    /**
     * What a signature line says, if it is this witness's and right.
     *
     * @param text of the checkpoint that was cosigned
     * @param witness of the type {@link VerifierKey.Type#COSIGNATURE}
     */
    public static Optional<Cosignature> verify(String text, Note.Signature signature, VerifierKey witness) {
        if (witness.type() != VerifierKey.Type.COSIGNATURE
                || !signature.isOf(witness)
                || signature.bytes().length != TIME_BYTES + SIGNATURE_BYTES) {
            return Optional.empty();
        }
        var seconds = ByteBuffer.wrap(signature.bytes()).getLong();
        if (seconds < 0 || seconds > Instant.MAX.getEpochSecond()) {
            return Optional.empty();
        }
        var made = Arrays.copyOfRange(signature.bytes(), TIME_BYTES, TIME_BYTES + SIGNATURE_BYTES);
        return witness.verifies(message(seconds, text), made)
                ? Optional.of(new Cosignature(witness, Instant.ofEpochSecond(seconds)))
                : Optional.empty();
    }

    static byte[] message(long seconds, String text) {
        return ("cosignature/v1\ntime " + seconds + "\n" + text).getBytes(UTF_8);
    }
}
