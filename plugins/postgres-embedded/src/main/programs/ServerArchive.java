import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tukaani.xz.XZInputStream;

/**
 * Makes the archive in the plugin's jar out of the one that the programs are published in: plain, since XZ takes a
 * starting hub more than a second where the jar's own compression takes a fifth of that, without what only developers need,
 * and without the languages of ICU, which were half of it. Run by the build: {@code java -classpath … ServerArchive.java TARGET}.
 */
final class ServerArchive {
    private static final int BLOCK = 512;

    private ServerArchive() {}

    public static void main(String... arguments) throws IOException {
        var target = Path.of(arguments[0]);
        Files.createDirectories(target.getParent());
        try (var published = ServerArchive.class.getResourceAsStream("/postgres-linux-x86_64.txz");
                var in = new XZInputStream(new BufferedInputStream(published));
                var out = new BufferedOutputStream(Files.newOutputStream(target), 1 << 16)) {
            copy(in, out);
        }
    }

    private static void copy(InputStream in, OutputStream out) throws IOException {
        for (var header = in.readNBytes(BLOCK); header.length == BLOCK && header[0] != 0; header = in.readNBytes(BLOCK)) {
            var size = Long.parseLong(text(header, 124, 12).strip(), 8);
            var content = in.readNBytes(Math.toIntExact(size));
            in.skipNBytes(padding(content));
            var name = text(header, 0, 100);
            if (!isForDevelopers(name)) {
                if (name.startsWith("lib/libicudata.so") && size > 0) {
                    content = LanguageData.cut(content);
                    resize(header, content.length);
                }
                out.write(header);
                out.write(content);
                out.write(new byte[padding(content)]);
            }
        }
        out.write(new byte[2 * BLOCK]);
    }

    private static int padding(byte[] content) {
        return Math.floorMod(-content.length, BLOCK);
    }

    private static void resize(byte[] header, int size) {
        put(header, 124, "%011o\0".formatted(size));
        // The sum is taken as if it were spaces itself.
        put(header, 148, " ".repeat(8));
        var sum = 0;
        for (var octet : header) {
            sum += octet & 0xFF;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
    }

    private static void put(byte[] header, int at, String text) {
        System.arraycopy(text.getBytes(StandardCharsets.US_ASCII), 0, header, at, text.length());
    }

    private static boolean isForDevelopers(String name) {
        return name.endsWith(".a") || name.startsWith("include/") || name.startsWith("lib/postgresql/pgxs/");
    }

    private static String text(byte[] header, int from, int length) {
        var text = new String(header, from, length, StandardCharsets.UTF_8);
        var end = text.indexOf(0);
        return end < 0 ? text : text.substring(0, end);
    }
}

/**
 * The library that holds what ICU knows of all languages. The server can't be loaded without it, and {@code initdb} opens the
 * one order of Unicode that is nobody's; the hub's database sorts by C.UTF-8, which needs none of it.
 */
final class LanguageData {
    private static final List<String> KEPT = List.of("coll/root.res", "coll/ucadata.icu");

    // The file is an ELF library; all numbers are its own and ICU's.
    private static final int SEGMENTS_AT = 32;
    private static final int SECTIONS_AT = 40;
    private static final int SEGMENT_COUNT = 56;
    private static final int SECTION_COUNT = 60;
    private static final int SEGMENT_BYTES = 56;
    private static final int OFFSET = 8;
    private static final int SIZE_IN_FILE = 32;
    private static final int SIZE_IN_MEMORY = 40;
    // By which the place of a segment in the file and in memory may differ.
    private static final int ALIGNMENT = 0x200000;
    private static final int WORD = 16;

    private LanguageData() {}

    static byte[] cut(byte[] library) throws IOException {
        var elf = ByteBuffer.wrap(library).order(ByteOrder.LITTLE_ENDIAN);
        var header = indexOf(library, "CmnD") - 12;
        var start = header + elf.getShort(header);
        var kept = kept(library, start);
        var first = (int) elf.getLong(SEGMENTS_AT);
        var end = (int) elf.getLong(first + SIZE_IN_FILE);
        if (elf.getLong(first + OFFSET) != 0 || start + kept.length > end) {
            throw new IOException("not a library that begins with the segment of its data");
        }
        var out = (end - start - kept.length) / ALIGNMENT * ALIGNMENT;
        for (var i = 0; i < elf.getShort(SEGMENT_COUNT); i++) {
            var segment = first + i * SEGMENT_BYTES;
            if (elf.getLong(segment + OFFSET) >= end) {
                elf.putLong(segment + OFFSET, elf.getLong(segment + OFFSET) - out);
            }
        }
        elf.putLong(first + SIZE_IN_FILE, end - out);
        elf.putLong(first + SIZE_IN_MEMORY, end - out);
        // Only debuggers and linkers look at sections.
        elf.putLong(SECTIONS_AT, 0).putInt(SECTION_COUNT, 0);
        var shorter = Arrays.copyOf(library, library.length - out);
        Arrays.fill(shorter, start, end - out, (byte) 0);
        System.arraycopy(kept, 0, shorter, start, kept.length);
        System.arraycopy(library, end, shorter, end - out, library.length - end);
        return shorter;
    }

    /** The package of data, which is a count, the places of names and contents, and these, with some of its items alone. */
    private static byte[] kept(byte[] library, int start) throws IOException {
        var all = ByteBuffer.wrap(library).order(ByteOrder.LITTLE_ENDIAN);
        var names = new ArrayList<byte[]>();
        var contents = new ArrayList<byte[]>();
        for (var i = 0; i < all.getInt(start) - 1; i++) {
            var entry = start + 4 + 8 * i;
            var name = text(library, start + all.getInt(entry));
            if (KEPT.contains(name.substring(name.indexOf('/') + 1))) {
                names.add((name + "\0").getBytes(StandardCharsets.US_ASCII));
                contents.add(Arrays.copyOfRange(
                        library, start + all.getInt(entry + 4), start + all.getInt(entry + 12)));
            }
        }
        if (names.size() != KEPT.size()) {
            throw new IOException("not the data of ICU that was expected");
        }
        var tableBytes = 4 + 8 * names.size();
        var nameBytes = names.stream().mapToInt(name -> name.length).sum();
        var contentBytes = contents.stream().mapToInt(content -> aligned(content.length)).sum();
        var kept = ByteBuffer.allocate(aligned(tableBytes + nameBytes) + contentBytes).order(ByteOrder.LITTLE_ENDIAN);
        var name = tableBytes;
        var content = aligned(tableBytes + nameBytes);
        kept.putInt(names.size());
        for (var i = 0; i < names.size(); i++) {
            kept.putInt(name).putInt(content).put(name, names.get(i)).put(content, contents.get(i));
            name += names.get(i).length;
            content += aligned(contents.get(i).length);
        }
        return kept.array();
    }

    private static int aligned(int bytes) {
        return (bytes + WORD - 1) / WORD * WORD;
    }

    private static String text(byte[] bytes, int from) {
        var end = from;
        while (bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.US_ASCII);
    }

    private static int indexOf(byte[] library, String text) throws IOException {
        var wanted = text.getBytes(StandardCharsets.US_ASCII);
        for (var i = 0; i < library.length - wanted.length; i++) {
            if (Arrays.equals(library, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        throw new IOException("not the data of ICU that was expected");
    }
}
