package io.animus.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A signed note (C2SP signed-note): a text, and signatures of which nothing is known yet.
 *
 * @param text with its last line feed
 */
record Note(String text, List<Line> signatures) {
    /** The most bytes of a file with a note. */
    static final int MAX_BYTES = 1 << 20;

    private static final String DASH = "\u2014 ";
    private static final int ID_BYTES = 4;

    /** One signature line. */
    record Line(String name, String id, byte[] signature) {
        boolean isBy(Vkey key) {
            return name.equals(key.name()) && id.equals(key.id());
        }
    }

    static Note parse(byte[] bytes) throws MalformedException {
        var note = utf8(bytes);
        if (note.chars().anyMatch(c -> c < ' ' && c != '\n')) {
            throw new MalformedException("a note has no control characters");
        }
        // The text may hold empty lines: the last one separates.
        var end = note.lastIndexOf("\n\n");
        if (end < 0 || !note.endsWith("\n") || end + 2 == note.length()) {
            throw new MalformedException("a note has a text, an empty line and signature lines");
        }
        var lines = new ArrayList<Line>();
        for (var line : note.substring(end + 2, note.length() - 1).split("\n", -1)) {
            lines.add(line(line));
        }
        return new Note(note.substring(0, end + 1), lines);
    }

    private static Line line(String line) throws MalformedException {
        var name = line.startsWith(DASH) ? line.substring(DASH.length()) : "";
        var space = name.indexOf(' ');
        if (space < 1) {
            throw new MalformedException("not a signature line: " + line);
        }
        var signature = Vkey.base64(name.substring(space + 1));
        if (signature.length <= ID_BYTES) {
            throw new MalformedException("a signature line without a signature");
        }
        return new Line(
                name.substring(0, space),
                HexFormat.of().formatHex(signature, 0, ID_BYTES),
                Arrays.copyOfRange(signature, ID_BYTES, signature.length));
    }

    static String utf8(byte[] bytes) throws MalformedException {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedException("not UTF-8");
        }
    }
}
