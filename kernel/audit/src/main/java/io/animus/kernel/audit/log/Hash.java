package io.animus.kernel.audit.log;

import io.animus.api.types.Digest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** A hash of the tree: the 32 bytes of a SHA-256. */
public final class Hash {
    /** Bytes of a hash. */
    public static final int BYTES = 32;

    /** The root of the tree without leaves: the SHA-256 of nothing. */
    public static final Hash EMPTY_TREE = new Hash(Digest.sha256().digest());

    private final byte[] bytes;

    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException unless there are {@link #BYTES} */
    public static Hash of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a hash has 32 bytes, not " + bytes.length);
        }
        return new Hash(bytes.clone());
    }

    /** Takes the array over, which must not change any more. */
    static Hash own(byte[] bytes) {
        return new Hash(bytes);
    }

    /** Reads standard base64, as checkpoints and proofs hold it. */
    public static Hash ofBase64(String text) {
        return of(NoteText.base64(text));
    }

    /** The hash at a place in a row of hashes, counted from 0. */
    static Hash at(byte[] hashes, int place) {
        return new Hash(Arrays.copyOfRange(hashes, place * BYTES, (place + 1) * BYTES));
    }

    /**
     * Cuts a row of hashes into its hashes.
     *
     * @throws IllegalArgumentException if the last one is not whole
     */
    public static List<Hash> split(byte[] hashes) {
        if (hashes.length % BYTES != 0) {
            throw new IllegalArgumentException("not whole hashes: " + hashes.length + " bytes");
        }
        var split = new ArrayList<Hash>(hashes.length / BYTES);
        for (var place = 0; place < hashes.length / BYTES; place++) {
            split.add(at(hashes, place));
        }
        return split;
    }

    /** The hashes one after the other: what {@link #split} reads. */
    public static byte[] join(List<Hash> hashes) {
        var joined = new byte[hashes.size() * BYTES];
        var end = 0;
        for (var hash : hashes) {
            System.arraycopy(hash.bytes, 0, joined, end, BYTES);
            end += BYTES;
        }
        return joined;
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    /** The bytes themselves, not to be changed. */
    byte[] shared() {
        return bytes;
    }

    public String base64() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash hash && Arrays.equals(bytes, hash.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** 64 lower-case hex digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
