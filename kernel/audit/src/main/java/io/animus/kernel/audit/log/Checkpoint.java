package io.animus.kernel.audit.log;

import java.util.ArrayList;
import java.util.List;

/**
 * What a log says of itself: C2SP tlog-checkpoint. This is the text alone; signed it is a {@link Note}.
 *
 * @param origin names the log, for ever: no spaces, no plus
 * @param size leaves in the tree
 * @param root of the tree
 */
public record Checkpoint(String origin, long size, Hash root) {
    public Checkpoint {
        if (!NoteText.isName(origin)) {
            throw new IllegalArgumentException("an origin has no spaces and no plus and is not empty");
        }
        if (size < 0) {
            throw new IllegalArgumentException("a tree has no negative size: " + size);
        }
    }

    /**
     * Reads the text of a note. Lines after the third, extensions, are allowed and left out.
     *
     * @throws IllegalArgumentException if it is not a checkpoint's
     */
    public static Checkpoint parse(String text) {
        var lines = text.split("\n", -1);
        if (lines.length < 4 || !lines[lines.length - 1].isEmpty()) {
            throw new IllegalArgumentException("a checkpoint has at least three lines");
        }
        for (var i = 0; i < lines.length - 1; i++) {
            if (lines[i].isEmpty()) {
                throw new IllegalArgumentException("a checkpoint has no empty line");
            }
        }
        return new Checkpoint(lines[0], NoteText.number(lines[1]), Hash.ofBase64(lines[2]));
    }

    /** The text that is signed. */
    public String text() {
        return origin + "\n" + size + "\n" + root.base64() + "\n";
    }

    /**
     * Signs it.
     *
     * @param keys the log's; two of them right after a rotation
     */
    public Note sign(List<SigningKey> keys) {
        var signatures = new ArrayList<Note.Signature>();
        for (var key : keys) {
            signatures.add(key.sign(origin, text()));
        }
        return new Note(text(), signatures);
    }
}
