package io.animus.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A signed tree head (C2SP tlog-checkpoint). What it says is worth as much as its signatures.
 *
 * @param what how sentences name it
 * @param size leaves
 */
record Checkpoint(String what, String origin, long size, byte[] root, Note note) {
    private static final int SIGNATURE_BYTES = 64;
    private static final int TIME_BYTES = 8;
    private static final int MIN_LINES = 3;
    private static final Pattern SIZE = Pattern.compile("0|[1-9][0-9]{0,14}");

    /** @throws FindingException {@link Fault#CHECKPOINT_MALFORMED} */
    static Checkpoint parse(String what, byte[] bytes) throws FindingException {
        try {
            var note = Note.parse(bytes);
            var lines = note.text().split("\n");
            if (lines.length < MIN_LINES
                    || Arrays.asList(lines).contains("")
                    || !SIZE.matcher(lines[1]).matches()) {
                throw new MalformedException("the text is not an origin, a size and a root");
            }
            var root = Vkey.base64(lines[2]);
            if (root.length != Hashing.SIZE) {
                throw new MalformedException("a root has 32 bytes");
            }
            return new Checkpoint(what, lines[0], Long.parseLong(lines[1]), root, note);
        } catch (MalformedException e) {
            throw new FindingException(
                    Fault.CHECKPOINT_MALFORMED,
                    "The file " + what + " is no checkpoint (" + e.getMessage() + "), so nothing can be judged by it.");
        }
    }

    /**
     * The keys of these that have signed.
     *
     * @throws FindingException {@link Fault#SIGNATURE_WRONG} if a signature in the name of one of them is not right
     */
    List<Vkey> signedBy(List<Vkey> trusted) throws FindingException {
        var signers = new ArrayList<Vkey>();
        for (var key : trusted) {
            for (var line : note.signatures()) {
                if (key.name().equals(origin) && line.isBy(key)) {
                    if (!isSignature(line.signature(), key)) {
                        throw new FindingException(
                                Fault.SIGNATURE_WRONG,
                                "The signature of the trusted key %s+%s in %s is wrong: the checkpoint was forged or changed."
                                        .formatted(key.name(), key.id(), what));
                    }
                    signers.add(key);
                }
            }
        }
        return signers;
    }

    private boolean isSignature(byte[] signature, Vkey key) {
        return signature.length == SIGNATURE_BYTES && key.verifies(note.text().getBytes(UTF_8), signature);
    }

    /**
     * When the witness saw this checkpoint (C2SP tlog-cosignature); empty if it has not signed.
     *
     * @throws FindingException {@link Fault#COSIGNATURE_WRONG}
     */
    Optional<Instant> cosignedBy(Vkey witness) throws FindingException {
        for (var line : note.signatures()) {
            if (line.isBy(witness)) {
                if (line.signature().length == TIME_BYTES + SIGNATURE_BYTES) {
                    var seconds = ByteBuffer.wrap(line.signature()).getLong();
                    var message = "cosignature/v1\ntime " + seconds + "\n" + note.text();
                    var signature = Arrays.copyOfRange(line.signature(), TIME_BYTES, TIME_BYTES + SIGNATURE_BYTES);
                    if (isTime(seconds) && witness.verifies(message.getBytes(UTF_8), signature)) {
                        return Optional.of(Instant.ofEpochSecond(seconds));
                    }
                }
                throw new FindingException(
                        Fault.COSIGNATURE_WRONG,
                        "The cosignature of the witness %s in %s is wrong: it was forged, or is of another checkpoint."
                                .formatted(witness.name(), what));
            }
        }
        return Optional.empty();
    }

    private static boolean isTime(long seconds) {
        return seconds >= 0 && seconds <= Instant.MAX.getEpochSecond();
    }
}
