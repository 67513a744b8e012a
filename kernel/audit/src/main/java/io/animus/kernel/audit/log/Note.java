package io.animus.kernel.audit.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A signed note of C2SP signed-note: a text and who signed it.
 *
 * @param text ends with a line feed; has no other control characters
 * @param signatures at least one, at most {@link #MAX_SIGNATURES}
 */
public record Note(String text, List<Signature> signatures) {
    /** The most signatures that are read. */
    public static final int MAX_SIGNATURES = 64;

    private static final String START = "— ";

    public Note {
        if (!NoteText.isText(text)) {
            throw new IllegalArgumentException(
                    "a note's text ends with a line feed and has no other control characters");
        }
        if (signatures.isEmpty() || signatures.size() > MAX_SIGNATURES) {
            throw new IllegalArgumentException("a note has 1 to " + MAX_SIGNATURES + " signatures");
        }
        signatures = List.copyOf(signatures);
    }

    /** A signature line. Not verified by being here. */
    public static final class Signature {
        private static final int ID_BYTES = 4;

        private final String name;
        private final int keyId;
        private final byte[] bytes;

        Signature(String name, int keyId, byte[] bytes) {
            if (!NoteText.isName(name) || bytes.length == 0) {
                throw new IllegalArgumentException("a signature has a key's name and bytes");
            }
            this.name = name;
            this.keyId = keyId;
            this.bytes = bytes;
        }

        /**
         * Reads a line without its line feed.
         *
         * @throws IllegalArgumentException if it is not a signature line
         */
        public static Signature parse(String line) {
            var parts = line.split(" ", -1);
            if (parts.length == 3 && line.startsWith(START)) {
                var content = NoteText.base64(parts[2]);
                if (content.length > ID_BYTES) {
                    var id = ByteBuffer.wrap(content).getInt();
                    return new Signature(parts[1], id, Arrays.copyOfRange(content, ID_BYTES, content.length));
                }
            }
            throw new IllegalArgumentException("a signature line is — <name> <base64>");
        }

        /** The key's name. */
        public String name() {
            return name;
        }

        public int keyId() {
            return keyId;
        }

        /** What the signature algorithm made; the array is not to be changed. */
        byte[] bytes() {
            return bytes;
        }

        /** Whether it says that it is of this key, which proves nothing. */
        public boolean isOf(VerifierKey key) {
            return name.equals(key.name()) && keyId == key.id();
        }

        /** The line, without a line feed. */
        public String line() {
            var content = ByteBuffer.allocate(ID_BYTES + bytes.length)
                    .putInt(keyId)
                    .put(bytes)
                    .array();
            return START + name + " " + Base64.getEncoder().encodeToString(content);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Signature that && line().equals(that.line());
        }

        @Override
        public int hashCode() {
            return line().hashCode();
        }

        @Override
        public String toString() {
            return line();
        }
    }

    /**
     * Reads a note.
     *
     * @throws IllegalArgumentException if it is not one
     */
    public static Note parse(String note) {
        var end = note.lastIndexOf("\n\n");
        if (end < 0 || !note.endsWith("\n")) {
            throw new IllegalArgumentException("a note is a text, an empty line and signature lines");
        }
        var signatures = new ArrayList<Signature>();
        var lines = note.substring(end + 2);
        for (var line : lines.substring(0, Math.max(0, lines.length() - 1)).split("\n", MAX_SIGNATURES + 2)) {
            signatures.add(Signature.parse(line));
        }
        return new Note(note.substring(0, end + 1), signatures);
    }

    /** The same text with one more signature, unless it has exactly that one. */
    public Note with(Signature signature) {
        if (signatures.contains(signature)) {
            return this;
        }
        var more = new ArrayList<>(signatures);
        more.add(signature);
        return new Note(text, more);
    }

    /**
     * Whether the key signed the text. A wrong signature that names the key makes this false, even next to a right one.
     *
     * @param key of the type {@link VerifierKey.Type#NOTE}
     */
    public boolean isSignedBy(VerifierKey key) {
        var own = signatures.stream().filter(signature -> signature.isOf(key)).toList();
        return key.type() == VerifierKey.Type.NOTE
                && !own.isEmpty()
                && own.stream().allMatch(signature -> key.verifies(text.getBytes(UTF_8), signature.bytes()));
    }

    /** The note as it is sent and kept. */
    public String format() {
        var note = new StringBuilder(text).append('\n');
        for (var signature : signatures) {
            note.append(signature.line()).append('\n');
        }
        return note.toString();
    }
}
