package io.animus.kernel.audit.log;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The entries under a tile of level 0, as C2SP tlog-tiles serves them: each one after its length in two bytes. */
public final class EntryBundle {
    /** The most bytes of an entry. */
    public static final int MAX_ENTRY = 65_535;

    private EntryBundle() {}

    /** @throws IllegalArgumentException if an entry is larger than {@link #MAX_ENTRY} */
    public static byte[] encode(List<byte[]> entries) {
        var bundle = new ByteArrayOutputStream();
        for (var entry : entries) {
            if (entry.length > MAX_ENTRY) {
                throw new IllegalArgumentException("an entry has at most 65,535 bytes, not " + entry.length);
            }
            bundle.write(entry.length >> 8);
            bundle.write(entry.length);
            bundle.writeBytes(entry);
        }
        return bundle.toByteArray();
    }

    /** @throws IllegalArgumentException if the last entry is not whole */
    public static List<byte[]> decode(byte[] bundle) {
        var entries = new ArrayList<byte[]>();
        for (var at = 0; at < bundle.length; ) {
            var start = at + 2;
            var end = start > bundle.length ? start : start + (((bundle[at] & 0xff) << 8) | (bundle[at + 1] & 0xff));
            if (end > bundle.length) {
                throw new IllegalArgumentException("the bundle ends within entry " + entries.size());
            }
            entries.add(Arrays.copyOfRange(bundle, start, end));
            at = end;
        }
        return entries;
    }
}
