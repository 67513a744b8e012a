package io.animus.kernel.audit.log;

import java.util.ArrayList;
import java.util.List;

/**
 * A file that proves, alone and off line, that a leaf is in the log: C2SP tlog-proof v1.
 *
 * @param proof that the leaf is in the checkpoint's tree
 * @param checkpoint the signed note, with the cosignatures there are
 */
public record LogProof(InclusionProof proof, Note checkpoint) {
    private static final String HEADER = "c2sp.org/tlog-proof@v1\n";
    private static final String INDEX = "index ";

    public LogProof {
        if (Checkpoint.parse(checkpoint.text()).size() != proof.size()) {
            throw new IllegalArgumentException("the proof is for a tree of another size than the checkpoint");
        }
    }

    /**
     * Reads a proof; extra data is allowed and left out.
     *
     * @throws IllegalArgumentException if it is not one
     */
    public static LogProof parse(String text) {
        var gap = text.indexOf("\n\n");
        if (!text.startsWith(HEADER) || gap < HEADER.length()) {
            throw new IllegalArgumentException("not a tlog-proof v1");
        }
        var lines = new ArrayList<>(List.of(text.substring(HEADER.length(), gap).split("\n")));
        if (lines.get(0).startsWith("extra ")) {
            lines.remove(0);
        }
        if (lines.isEmpty() || !lines.get(0).startsWith(INDEX)) {
            throw new IllegalArgumentException("a tlog-proof names the index of its leaf");
        }
        var index = NoteText.number(lines.get(0).substring(INDEX.length()));
        var path = lines.subList(1, lines.size()).stream().map(Hash::ofBase64).toList();
        var checkpoint = Note.parse(text.substring(gap + 2));
        var size = Checkpoint.parse(checkpoint.text()).size();
        return new LogProof(new InclusionProof(index, size, path), checkpoint);
    }

    /** Whether it proves that the leaf with this hash is in the log with this key and name. */
    public boolean verifies(Hash leaf, VerifierKey log) {
        var signed = Checkpoint.parse(checkpoint.text());
        return signed.origin().equals(log.name()) && checkpoint.isSignedBy(log) && proof.verifies(leaf, signed.root());
    }

    /** The content of the file. */
    public String format() {
        var text = new StringBuilder(HEADER).append(INDEX).append(proof.index()).append('\n');
        for (var hash : proof.path()) {
            text.append(hash.base64()).append('\n');
        }
        return text.append('\n').append(checkpoint.format()).toString();
    }
}
